// What the address of a run's page says beside which run it is.
import { timeOf } from "@/shared/gantt/time";

/** How the tasks are shown; both where nothing is said. */
export type RunView = "gantt" | "graph";

export interface RunSearch {
  view?: RunView;
  /** Percent of the width that the chart has beside the graph. */
  split?: number;
  /** The task whose log is below. */
  task?: string;
  map_index?: number;
  try?: number;
  /** Byte of a line of that log. */
  at?: number;
  /** Groups that are folded, by commas; `-`: none. Of a big run the outer ones are folded until it says otherwise. */
  fold?: string;
  /** The part of the run's time that its chart shows. */
  time?: string | undefined;
  /** Another run of the DAG, beside which this one is put. */
  compare?: string;
}

export function runSearch(search: Record<string, unknown>): RunSearch {
  const found: RunSearch = {};
  for (const name of ["task", "fold", "compare"] as const) {
    const value = search[name];
    if (typeof value === "string" && value) found[name] = value;
    else if (typeof value === "number") found[name] = String(value);
  }
  const time = timeOf(search.time);
  if (time) found.time = time;
  if (search.view === "gantt" || search.view === "graph") found.view = search.view;
  for (const name of ["map_index", "try", "at", "split"] as const) {
    const value = Number(search[name]);
    if (search[name] !== undefined && Number.isInteger(value) && value >= 0) found[name] = value;
  }
  return found;
}
