// What the home page asks for.
import { queryOptions } from "@tanstack/react-query";
import { api, data } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import type { Schemas } from "@/shared/api/schemas";
import { untilLate } from "./clock";

export type Home = Schemas["HomeViewResponse"];
export type Cause = Schemas["FailureCause"];
export type NightRow = Schemas["NightRow"];

export const homeQuery = queryOptions({
  queryKey: keys.home,
  // The client types what is a tuple as a list.
  queryFn: () => data(api.GET("/api/v2/ui/home")) as Promise<Home>,
  // All else the stream tells.
  refetchInterval: (query) => (query.state.data ? (untilLate(query.state.data) ?? false) : false),
});

/** Whether a part lives is no change of state: it is known by asking, and the answer is a few bytes. */
const ALIVE_MS = 30_000;

export function healthQuery(home: Home) {
  return queryOptions({
    queryKey: [...keys.health, "home"],
    queryFn: async (): Promise<Home["health"]> => {
      const now = await data(api.GET("/api/v2/monitor/health"));
      return home.health.map((part) => ({ ...part, is_healthy: now[part.name]?.status !== "unhealthy" }));
    },
    initialData: home.health,
    initialDataUpdatedAt: Date.parse(home.now),
    staleTime: ALIVE_MS,
    refetchInterval: ALIVE_MS,
  });
}
