// Finds words in all of a log, not only in what is at hand: the server looks through it, piece by piece.
import { useEffect, useState } from "react";
import { type LogAddress, logPiece } from "./window";

export interface Found {
  /** Bytes at which the lines begin. */
  at: number[];
  isDone: boolean;
  isCut: boolean;
}

const NOTHING: Found = { at: [], isDone: true, isCut: false };
const MOST = 5000;
const PAUSE_MS = 250;

/** The lines with these words, as they are found. */
export function useLogSearch(of: LogAddress, words: string): Found {
  const [found, setFound] = useState(NOTHING);
  const { dagId, runId, taskId, mapIndex, tryNumber } = of;
  useEffect(() => {
    if (!words) {
      setFound(NOTHING);
      return;
    }
    const stop = new AbortController();
    const address = { dagId, runId, taskId, mapIndex, tryNumber };
    const look = async (): Promise<void> => {
      const at: number[] = [];
      for (let from = 0; ; ) {
        const piece = await logPiece(address, { search: words, at: from }, stop.signal);
        at.push(...piece.lines.map((line) => line[0]));
        const isDone = piece.end >= piece.size || piece.end <= from || at.length >= MOST;
        setFound({ at: [...at], isDone, isCut: at.length >= MOST });
        if (isDone) return;
        from = piece.end;
      }
    };
    const timer = setTimeout(() => {
      look().catch(() => {
        if (!stop.signal.aborted) setFound((before) => ({ ...before, isDone: true, isCut: true }));
      });
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [dagId, runId, taskId, mapIndex, tryNumber, words]);
  return found;
}
