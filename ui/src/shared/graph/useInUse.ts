// Whether somebody has begun to use what an element shows: nothing in it may move by itself then.
import { type RefObject, useCallback, useEffect, useRef } from "react";

const SIGNS = ["pointermove", "pointerdown", "wheel", "focusin", "keydown"] as const;

export interface Use {
  /** For the element. */
  room: RefObject<HTMLDivElement | null>;
  isInUse: () => boolean;
  /** Something else tells that it is used. */
  begin: () => void;
}

export function useInUse(): Use {
  const room = useRef<HTMLDivElement>(null);
  const hasBegun = useRef(false);
  const begin = useCallback(() => {
    hasBegun.current = true;
  }, []);
  useEffect(() => {
    const element = room.current;
    for (const sign of SIGNS) element?.addEventListener(sign, begin, { passive: true });
    return () => {
      for (const sign of SIGNS) element?.removeEventListener(sign, begin);
    };
  }, [begin]);
  // A pointer that was there before the picture has not moved, and is over it all the same.
  const isInUse = useCallback(() => hasBegun.current || (room.current?.matches(":hover") ?? false), []);
  return { room, isInUse, begin };
}
