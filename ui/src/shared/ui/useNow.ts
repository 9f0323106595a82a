// The present moment, which goes on; one clock for all that show it.
import { useSyncExternalStore } from "react";

interface Clock {
  now: number;
  listeners: Set<() => void>;
  timer: ReturnType<typeof setInterval> | undefined;
}

const clocks = new Map<number, Clock>();

function clockOf(everyMs: number): Clock {
  let clock = clocks.get(everyMs);
  if (!clock) {
    clock = { now: Date.now(), listeners: new Set(), timer: undefined };
    clocks.set(everyMs, clock);
  }
  return clock;
}

/** Milliseconds since 1970, anew every `everyMs`. */
export function useNow(everyMs: number): number {
  return useSyncExternalStore(
    (listener) => {
      const clock = clockOf(everyMs);
      clock.listeners.add(listener);
      clock.timer ??= setInterval(() => {
        clock.now = Date.now();
        for (const one of clock.listeners) one();
      }, everyMs);
      return () => {
        clock.listeners.delete(listener);
        if (clock.listeners.size === 0) {
          clearInterval(clock.timer);
          clock.timer = undefined;
        }
      };
    },
    () => {
      const clock = clockOf(everyMs);
      if (clock.timer === undefined) clock.now = Math.floor(Date.now() / 1000) * 1000;
      return clock.now;
    },
  );
}
