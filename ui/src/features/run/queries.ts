// What the page of a run asks the server.
import { queryOptions } from "@tanstack/react-query";
import { api, data } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import type { Schemas } from "@/shared/api/schemas";

export type RunView = Schemas["RunViewResponse"];
export type RunTask = Schemas["RunViewTask"];

export const runView = (dagId: string, runId: string) =>
  queryOptions({
    queryKey: keys.run(dagId, runId, "view"),
    queryFn: async (): Promise<RunView> => {
      const path = { dag_id: dagId, run_id: runId };
      return (await data(api.GET("/api/v2/ui/dags/{dag_id}/runs/{run_id}", { params: { path } }))) as RunView;
    },
  });

export const runResult = (dagId: string, runId: string) =>
  queryOptions({
    queryKey: keys.run(dagId, runId, "result"),
    queryFn: () =>
      data(
        api.GET("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/result", {
          params: { path: { dag_id: dagId, dag_run_id: runId } },
        }),
      ),
  });

/** The newest runs of the DAG, to choose one from. */
export const recentRuns = (dagId: string) =>
  queryOptions({
    queryKey: keys.dag(dagId, "live", "recent-runs"),
    queryFn: () =>
      data(
        api.GET("/api/v2/dags/{dag_id}/dagRuns", {
          params: { path: { dag_id: dagId }, query: { limit: 50, order_by: ["-run_after"] } },
        }),
      ),
  });
