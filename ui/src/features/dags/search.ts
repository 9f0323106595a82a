// The view state of the page of all DAGs, as its address has it.

const SORTS = ["name", "-name", "next", "-next", "last", "-last", "duration", "-duration"] as const;
const STATES = ["failed", "running", "queued", "success"] as const;
const SHOWS = ["active", "paused", "favorites"] as const;

export interface DagsSearch {
  /** Part of the name. */
  search?: string;
  tags?: string[];
  owners?: string[];
  /** Of the last run. */
  state?: (typeof STATES)[number];
  show?: (typeof SHOWS)[number];
  sort?: (typeof SORTS)[number];
}

/** The texts of a list, or of one text. */
export function texts(value: unknown): string[] {
  const list = Array.isArray(value) ? value : [value];
  return list.filter((one): one is string | number => typeof one === "string" || typeof one === "number").map(String);
}

function among<T extends string>(value: unknown, known: readonly T[]): T | undefined {
  return known.find((one) => one === value);
}

/** What of an address can be understood; the rest is left out. */
export function dagsSearch(search: Record<string, unknown>): DagsSearch {
  const [text] = texts(search.search);
  const tags = texts(search.tags);
  const owners = texts(search.owners);
  const state = among(search.state, STATES);
  const show = among(search.show, SHOWS);
  const sort = among(search.sort, SORTS);
  return {
    ...(text ? { search: text } : {}),
    ...(tags.length > 0 ? { tags } : {}),
    ...(owners.length > 0 ? { owners } : {}),
    ...(state ? { state } : {}),
    ...(show ? { show } : {}),
    ...(sort ? { sort } : {}),
  };
}

export const DAG_STATES = STATES;
