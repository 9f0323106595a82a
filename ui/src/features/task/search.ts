// What the address of a task instance's page says beside which task it is.

export const TABS = ["log", "xcom", "rendered", "tries", "lineage", "details"] as const;
export type Tab = (typeof TABS)[number];

export interface TaskSearch {
  map_index?: number;
  try?: number;
  tab?: Tab;
  /** Byte of a line of the log. */
  at?: number;
}

export function taskSearch(search: Record<string, unknown>): TaskSearch {
  const found: TaskSearch = {};
  for (const name of ["map_index", "try", "at"] as const) {
    const value = Number(search[name]);
    if (search[name] !== undefined && Number.isInteger(value) && value >= 0) found[name] = value;
  }
  const tab = TABS.find((one) => one === search.tab);
  if (tab && tab !== "log") found.tab = tab;
  return found;
}
