// What the page of all runs asks for.
import { api, data } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import type { Schemas } from "@/shared/api/schemas";
import { boundsOf, type RunsSearch } from "./search";

export type RunRow = Schemas["RunsViewRow"];
export type RunsPage = Schemas["RunsViewResponse"];

export const PAGE = 200;

export const runsKey = (search: RunsSearch) => keys.runs("page", search);

export function readRuns(search: RunsSearch, offset: number, limit: number): Promise<RunsPage> {
  return data(
    api.GET("/api/v2/ui/runs", {
      params: {
        query: {
          offset,
          limit,
          order_by: search.sort ?? "-run_after",
          ...(search.dag ? { dag: search.dag } : {}),
          ...(search.states ? { states: search.states } : {}),
          ...(search.types ? { types: search.types } : {}),
          ...boundsOf(search, Date.now()),
        },
      },
    }),
  );
}
