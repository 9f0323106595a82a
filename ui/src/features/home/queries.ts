// What the home page asks for.
import { queryOptions } from "@tanstack/react-query";
import { api, data } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import type { Schemas } from "@/shared/api/schemas";

export type Home = Schemas["HomeViewResponse"];
export type Cause = Schemas["FailureCause"];
export type NightRow = Schemas["NightRow"];

/** That something is late, or that a part says nothing any more, no change tells: only the clock does. */
const AGAIN_MS = 60_000;

export const homeQuery = queryOptions({
  queryKey: keys.home,
  // The client types what is a tuple as a list.
  queryFn: () => data(api.GET("/api/v2/ui/home")) as Promise<Home>,
  refetchInterval: AGAIN_MS,
});
