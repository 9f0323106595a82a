// A state as shape, colour and word.
import { lookOf, type Shape } from "@/shared/states";
import classes from "./StateIcon.module.css";

const PATHS: Record<Shape, string> = {
  check: "M3 8.5l3.2 3.2L13 4.8",
  cross: "M4 4l8 8M12 4l-8 8",
  play: "M5.5 3.5l7 4.5-7 4.5z",
  clock: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11M8 5v3.2l2 1.6",
  dot: "M8 6a2 2 0 1 0 0 4 2 2 0 0 0 0-4",
  ring: "M8 3.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9",
  retry: "M12.5 8a4.5 4.5 0 1 1-1.4-3.2M12.6 2.4v2.9H9.7",
  skip: "M3.5 4l4.5 4-4.5 4zM9 4l4 4-4 4z",
  block: "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11M4.2 4.2l7.6 7.6",
  pause: "M5.5 4v8M10.5 4v8",
  hand: "M8 13.5v-.01M6 6a2 2 0 1 1 3 1.7c-.7.5-1 1-1 2.3",
  dash: "M4 8h8",
};
const FILLED: ReadonlySet<Shape> = new Set(["play", "skip"]);

/** The shape of a state; a reader that cannot see it hears the word. */
export function StateIcon({
  state,
  size = 14,
  label = true,
}: {
  state: string | null | undefined;
  size?: number;
  label?: boolean;
}) {
  const look = lookOf(state);
  return (
    <svg
      className={classes.icon}
      data-tone={look.tone}
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill={FILLED.has(look.shape) ? "currentColor" : "none"}
      stroke="currentColor"
      strokeWidth={2}
      strokeLinecap="round"
      strokeLinejoin="round"
      {...(label ? { role: "img", "aria-label": look.word } : { "aria-hidden": true })}
    >
      <path d={PATHS[look.shape]} />
    </svg>
  );
}

/** Shape and word on the state's soft colour. */
export function StateBadge({ state, count }: { state: string | null | undefined; count?: number }) {
  const look = lookOf(state);
  return (
    <span className={classes.badge} data-tone={look.tone} data-state={state ?? "none"}>
      <StateIcon state={state} size={12} label={false} />
      {look.word}
      {count !== undefined && <b>{count}</b>}
    </span>
  );
}
