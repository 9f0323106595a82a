// How a state looks in a cell: a sign that is text, so that a thousand of them are drawn at once.
import { lookOf, type Shape } from "@/shared/states";

const SIGNS: Record<Shape, string> = {
  check: "✓",
  cross: "✕",
  play: "▸",
  clock: "◔",
  dot: "•",
  ring: "○",
  retry: "↻",
  skip: "»",
  block: "⊘",
  pause: "‖",
  hand: "?",
  dash: "–",
};
/** What needs a person or goes on is drawn strong; what went well stays calm. */
const LOUD: ReadonlySet<string> = new Set(["failed", "running", "up_for_retry", "restarting", "awaiting_input"]);

export interface CellLook {
  state: string;
  word: string;
  sign: string;
  isLoud: boolean;
  tone: string;
  style: React.CSSProperties;
}

const looks = new Map<string, CellLook>();

/** How a state looks in a cell. */
export function cellLook(state: string): CellLook {
  let look = looks.get(state);
  if (!look) {
    const { word, shape, tone } = lookOf(state);
    const style = { "--tone": `var(--state-${tone})`, "--soft": `var(--state-${tone}-soft)` } as React.CSSProperties;
    look = { state, word, sign: SIGNS[shape], isLoud: LOUD.has(state), tone, style };
    looks.set(state, look);
  }
  return look;
}
