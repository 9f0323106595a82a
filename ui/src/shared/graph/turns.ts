// Which picture of a graph is seen when: a quick one until the best is known, which comes only where it disturbs nobody.
import type { Layout } from "./model";

/** So long nothing is drawn where the best picture is about to be known: it would only be seen to change. */
const PATIENCE_MS = 80;

export interface Seen {
  layout: Layout;
  /** No other one follows. */
  isFinal: boolean;
  /** It takes the place of another one of the same boxes. */
  isInstead: boolean;
  error?: unknown;
}

interface Turn {
  quick: Layout;
  /** Resolves to `quick` itself where nothing better is known. */
  best: Promise<Layout>;
  isBestNear: boolean;
  /** Whether somebody has begun to use the picture that is seen. */
  isInUse: () => boolean;
  show: (seen: Seen) => void;
}

/** Shows one picture, or one and then a better one; call what is given back when none is wanted any more. */
export function takeTurns({ quick, best, isBestNear, isInUse, show }: Turn): () => void {
  let isWanted = true;
  let isShown = false;
  const showQuick = (): void => {
    isShown = true;
    show({ layout: quick, isFinal: false, isInstead: false });
  };
  const timer = isBestNear ? setTimeout(showQuick, PATIENCE_MS) : undefined;
  if (!isBestNear) showQuick();
  const end = (layout: Layout, error?: unknown): void => {
    clearTimeout(timer);
    if (!isWanted) return;
    const isInstead = isShown && layout !== quick && !isInUse();
    show({ layout: isShown && !isInstead ? quick : layout, isFinal: true, isInstead, error });
  };
  best.then(end, (error: unknown) => end(quick, error));
  return () => {
    isWanted = false;
    clearTimeout(timer);
  };
}
