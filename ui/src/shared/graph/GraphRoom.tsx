// The room of a graph: tells whether its picture is the last one, and lets boxes glide to where a better one has them.
import type { ReactNode } from "react";
import classes from "./GraphRoom.module.css";
import type { Seen } from "./turns";
import type { Use } from "./useInUse";

/** As long as the boxes; see the style sheet. */
const GLIDE_MS = 260;

/** How long a view takes to follow boxes that glide; at once where somebody wants no motion. */
export function glideMs(isInstead: boolean): number {
  return isInstead && !window.matchMedia("(prefers-reduced-motion: reduce)").matches ? GLIDE_MS : 0;
}

export function GraphRoom(given: { use: Use; seen: Partial<Seen>; children: ReactNode }) {
  const { isFinal = false, isInstead = false } = given.seen;
  return (
    <div
      ref={given.use.room}
      className={classes.room}
      data-picture={isFinal ? "final" : "first"}
      data-glides={isInstead || undefined}
    >
      {given.children}
    </div>
  );
}
