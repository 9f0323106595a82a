// What the address of a run's page says beside which run it is.

export interface RunSearch {
  /** The task whose log is below. */
  task?: string;
  map_index?: number;
  try?: number;
  /** Byte of a line of that log. */
  at?: number;
  /** Groups that are folded, by commas. */
  fold?: string;
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
  for (const name of ["map_index", "try", "at"] as const) {
    const value = Number(search[name]);
    if (search[name] !== undefined && Number.isInteger(value) && value >= 0) found[name] = value;
  }
  return found;
}
