// The view state of the page of all runs, as its address has it.

export const RUN_STATES = ["failed", "running", "queued", "success"] as const;
export const RUN_TYPES = ["scheduled", "manual", "backfill", "asset_triggered", "asset_materialization"] as const;
/** Spans that reach to the present moment, in hours. */
export const SINCE = { "1h": 1, "24h": 24, "7d": 168, "30d": 720 } as const;
const SORTS = ["run_after", "start_date", "end_date", "duration"] as const;

export type RunState = (typeof RUN_STATES)[number];
export type Since = keyof typeof SINCE;
type Sort = (typeof SORTS)[number] | `-${(typeof SORTS)[number]}`;

export interface RunsSearch {
  dag?: string;
  states?: RunState[];
  types?: string[];
  since?: Since;
  /** Moments, where no span is chosen. */
  after?: string;
  before?: string;
  sort?: Sort;
}

function list<T extends string>(value: unknown, known: readonly T[]): T[] {
  const given: unknown[] = Array.isArray(value) ? value : [value];
  return known.filter((one) => given.includes(one));
}

function moment(value: unknown): string | undefined {
  return typeof value === "string" && !Number.isNaN(Date.parse(value)) ? value : undefined;
}

/** What of an address can be understood; the rest is left out. */
export function runsSearch(search: Record<string, unknown>): RunsSearch {
  const dag = typeof search.dag === "string" || typeof search.dag === "number" ? String(search.dag) : "";
  const states = list(search.states, RUN_STATES);
  const types = list(search.types, RUN_TYPES);
  const since = (Object.keys(SINCE) as Since[]).find((one) => one === search.since);
  const after = since ? undefined : moment(search.after);
  const before = since ? undefined : moment(search.before);
  const sort = SORTS.flatMap((one): Sort[] => [one, `-${one}`]).find((one) => one === search.sort);
  return {
    ...(dag ? { dag } : {}),
    ...(states.length > 0 ? { states } : {}),
    ...(types.length > 0 ? { types } : {}),
    ...(since ? { since } : {}),
    ...(after ? { after } : {}),
    ...(before ? { before } : {}),
    ...(sort ? { sort } : {}),
  };
}

/** The bounds that a search means at a moment. */
export function boundsOf(search: RunsSearch, now: number): { after?: string; before?: string } {
  if (search.since) return { after: new Date(now - SINCE[search.since] * 3_600_000).toISOString() };
  return {
    ...(search.after ? { after: new Date(search.after).toISOString() } : {}),
    ...(search.before ? { before: new Date(search.before).toISOString() } : {}),
  };
}
