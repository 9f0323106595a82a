// Keeps a grid on the page up to date: each change is drawn at once, and the server is asked when they pause.
import { type QueryKey, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { type Change, onChange } from "@/shared/api/live";
import type { Grid } from "../queries";
import { merged } from "./model";

const TOGETHER_MS = 60;
const QUIET_MS = 1500;
const UNKNOWN_MS = 250;
const AT_MOST_MS = 5000;

/** Take changes of a DAG into what the query of this key has brought. */
export function useLiveGrid(dagId: string, queryKey: QueryKey): void {
  const client = useQueryClient();
  const name = JSON.stringify(queryKey);
  useEffect(() => {
    const key = JSON.parse(name) as QueryKey;
    let waiting: Change[] = [];
    let drawing: ReturnType<typeof setTimeout> | undefined;
    let asking: ReturnType<typeof setTimeout> | undefined;
    let asked = performance.now();
    const ask = (afterMs: number): void => {
      clearTimeout(asking);
      const wait = Math.min(afterMs, Math.max(0, asked + AT_MOST_MS - performance.now()));
      asking = setTimeout(() => {
        asked = performance.now();
        void client.invalidateQueries({ queryKey: key, exact: true }, { cancelRefetch: false });
      }, wait);
    };
    const draw = (): void => {
      drawing = undefined;
      const changes = waiting;
      waiting = [];
      let isKnown = true;
      client.setQueryData<Grid>(key, (grid) => {
        let now = grid;
        for (const change of changes) {
          const next = now && merged(now, change);
          if (next) now = next;
          else isKnown = false;
        }
        return now;
      });
      ask(isKnown ? QUIET_MS : UNKNOWN_MS);
    };
    const end = onChange((change) => {
      if (!("dag_id" in change) || change.dag_id !== dagId) return;
      if (waiting.length === 0 && drawing === undefined) {
        if (asking === undefined) asked = performance.now();
        drawing = setTimeout(draw, TOGETHER_MS);
      }
      waiting.push(change);
    });
    return () => {
      end();
      clearTimeout(drawing);
      clearTimeout(asking);
    };
  }, [client, dagId, name]);
}
