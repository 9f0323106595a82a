// Where the boxes of a graph go: our own quick layout draws it at once, ELK puts right what it does better.
import { useLayoutEffect, useState } from "react";
import { afterFirst } from "@/shared/ui/useAfterFirst";
import { quickLayoutBeside } from "./beside";
import { elkPlaces, isElkReady } from "./elk";
import { faultsOf } from "./faults";
import { quickLayout } from "./layered";
import type { Box, Layout, Line } from "./model";
import { type Seen, takeTurns } from "./turns";

/** With more boxes or lines than these ELK takes seconds, and so much is computed that the page would not listen meanwhile. */
const MOST = { boxes: 250, lines: 1000 };

type State = Partial<Seen> & { error: unknown };

/** The quick picture, or ELK's where fewer of its lines are hard to follow: else nothing need move. */
async function better(boxes: Box[], lines: Line[], quick: Layout): Promise<Layout> {
  const faults = faultsOf(quick, boxes, lines);
  if (faults === 0) return quick;
  const { direction } = quick;
  const other = { places: await elkPlaces(boxes, lines, direction), direction };
  return faultsOf(other, boxes, lines) < faults ? other : quick;
}

/**
 * The places of these boxes; the last ones while new ones are thought about. Keep `boxes` and `lines` stable.
 *
 * With `aspect`, how many times as wide as high the room is, layers go below each other where that is bigger. Nothing
 * moves once `isInUse` says that somebody has begun to use the picture.
 */
export function useLayout(boxes: Box[], lines: Line[], isInUse: () => boolean, aspect?: number): State {
  const [state, setState] = useState<State>({ error: undefined });
  // Before the browser paints: a small graph is there with the rest of its page.
  useLayoutEffect(() => {
    const show = (seen: Seen): void => {
      // The quick picture does: it stays, and the console tells why.
      if (seen.error !== undefined) reportError(seen.error);
      setState({ error: undefined, ...seen });
    };
    if (boxes.length <= MOST.boxes && lines.length <= MOST.lines) {
      const quick = quickLayout(boxes, lines, aspect);
      const isBestNear = isElkReady();
      let forget = (): void => undefined;
      const best = isBestNear
        ? better(boxes, lines, quick)
        : new Promise<void>((resolve) => {
            forget = afterFirst(resolve);
          }).then(() => better(boxes, lines, quick));
      const stop = takeTurns({ quick, best, isBestNear, isInUse, show });
      return () => {
        stop();
        forget();
      };
    }
    let isWanted = true;
    quickLayoutBeside(boxes, lines, aspect).then(
      (layout) => isWanted && show({ layout, isFinal: true, isInstead: false }),
      (error: unknown) => isWanted && setState((before) => ({ ...before, error })),
    );
    return () => {
      isWanted = false;
    };
  }, [boxes, lines, aspect, isInUse]);
  return state;
}
