// What the address of the page of all assets holds.

export const SORTS = ["name", "-name", "created_at", "-created_at"] as const;
export type AssetsSort = (typeof SORTS)[number];

export interface AssetsSearch {
  /** Part of the name. */
  search?: string;
  tab?: "graph";
  sort?: AssetsSort;
}

export function assetsSearch(search: Record<string, unknown>): AssetsSearch {
  const text = typeof search.search === "string" || typeof search.search === "number" ? String(search.search) : "";
  const sort = SORTS.find((one) => one === search.sort);
  return {
    ...(text ? { search: text } : {}),
    ...(search.tab === "graph" ? { tab: "graph" } : {}),
    ...(sort ? { sort } : {}),
  };
}
