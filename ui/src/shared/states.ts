// How each state looks and is called. Colour is never the only sign: each has a shape and a word too.
import type { RunState, TaskState } from "./state-names";

export type { RunState, TaskState };
/** A state of a task instance or run; null: it waits for what comes before it. */
export type State = TaskState | RunState | null;

export type Shape =
  | "check"
  | "cross"
  | "play"
  | "clock"
  | "dot"
  | "ring"
  | "retry"
  | "skip"
  | "block"
  | "pause"
  | "hand"
  | "dash";

interface Look {
  word: string;
  shape: Shape;
  /** The name of its colour, see theme.css: `--state-<tone>` and `--state-<tone>-soft`. */
  tone: "good" | "bad" | "busy" | "soon" | "idle" | "again" | "skip" | "block" | "defer" | "ask" | "gone";
}

const LOOKS: Record<TaskState | "none", Look> = {
  none: { word: "waiting", shape: "ring", tone: "idle" },
  scheduled: { word: "scheduled", shape: "clock", tone: "soon" },
  queued: { word: "queued", shape: "clock", tone: "soon" },
  running: { word: "running", shape: "play", tone: "busy" },
  success: { word: "success", shape: "check", tone: "good" },
  restarting: { word: "restarting", shape: "retry", tone: "again" },
  failed: { word: "failed", shape: "cross", tone: "bad" },
  up_for_retry: { word: "up for retry", shape: "retry", tone: "again" },
  up_for_reschedule: { word: "up for reschedule", shape: "pause", tone: "defer" },
  upstream_failed: { word: "upstream failed", shape: "block", tone: "block" },
  skipped: { word: "skipped", shape: "skip", tone: "skip" },
  deferred: { word: "deferred", shape: "pause", tone: "defer" },
  awaiting_input: { word: "awaiting input", shape: "hand", tone: "ask" },
  removed: { word: "removed", shape: "dash", tone: "gone" },
};

/** How a state looks; one that this page does not know looks like one that waits, under its own name. */
export function lookOf(state: string | null | undefined): Look {
  const known: Record<string, Look | undefined> = LOOKS;
  return known[state ?? "none"] ?? { ...LOOKS.none, word: String(state) };
}

/** States in which something happens or will happen without anybody's doing. */
export const ACTIVE: ReadonlySet<string> = new Set<TaskState>([
  "scheduled",
  "queued",
  "running",
  "restarting",
  "up_for_retry",
  "up_for_reschedule",
  "deferred",
  "awaiting_input",
]);

/** States that end a task instance. */
export const FINISHED: ReadonlySet<string> = new Set<TaskState>([
  "success",
  "failed",
  "skipped",
  "upstream_failed",
  "removed",
]);

/** Of several instances, the state that says most about them all: what needs a person first, then what goes on. */
const WEIGHT: (TaskState | "none")[] = [
  "failed",
  "upstream_failed",
  "awaiting_input",
  "up_for_retry",
  "restarting",
  "running",
  "deferred",
  "up_for_reschedule",
  "queued",
  "scheduled",
  "none",
  "success",
  "skipped",
  "removed",
];

/** The one state to show for counts of several. */
export function worstOf(counts: Record<string, number>): State {
  const found = WEIGHT.find((state) => (counts[state] ?? 0) > 0);
  return found === undefined || found === "none" ? null : found;
}
