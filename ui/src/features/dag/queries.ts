// What the page of a DAG asks the server.
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, data } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import type { Schemas } from "@/shared/api/schemas";

export type DagHead = Schemas["DagPageResponse"];
export type Grid = Schemas["DagGridResponse"];
export type RunBar = Schemas["UiRunBar"];
export type Structure = Schemas["DagStructureResponse"];

type RunState = RunBar["state"];
type RunType = RunBar["run_type"];

export interface RunChoice {
  state?: string | undefined;
  type?: string | undefined;
  before?: string | undefined;
  beforeRun?: string | undefined;
}

const chosen = ({ state, type, before, beforeRun }: RunChoice) => ({
  ...(state === undefined ? {} : { state: [state as RunState] }),
  ...(type === undefined ? {} : { run_type: [type as RunType] }),
  ...(before === undefined ? {} : { before }),
  ...(before === undefined || beforeRun === undefined ? {} : { before_run: beforeRun }),
});

export const headQuery = (dagId: string) =>
  queryOptions({
    queryKey: keys.dag(dagId, "live", "head"),
    queryFn: () => data(api.GET("/api/v2/ui/dags/{dag_id}", { params: { path: { dag_id: dagId } } })),
  });

/** Not under "live": the grid takes each change in by itself and is read again when they pause. */
export const gridQuery = (dagId: string, choice: RunChoice) =>
  queryOptions({
    queryKey: keys.dag(dagId, "grid", choice),
    queryFn: () =>
      data(
        api.GET("/api/v2/ui/dags/{dag_id}/grid", {
          params: { path: { dag_id: dagId }, query: { limit: 50, ...chosen(choice) } },
        }),
      ),
    placeholderData: keepPreviousData,
  });

export const instanceQuery = (dagId: string, runId: string, taskId: string) =>
  queryOptions({
    queryKey: keys.task(dagId, runId, taskId, -1, "panel"),
    queryFn: () =>
      data(
        api.GET("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}", {
          params: { path: { dag_id: dagId, dag_run_id: runId, task_id: taskId } },
        }),
      ),
    retry: false,
  });

export const structureQuery = (dagId: string, version: number | undefined, runId: string | undefined) =>
  queryOptions({
    queryKey: keys.dag(dagId, "structure", version ?? null, version === undefined ? (runId ?? null) : null),
    queryFn: () =>
      data(
        api.GET("/api/v2/ui/dags/{dag_id}/structure", {
          params: {
            path: { dag_id: dagId },
            query: version === undefined ? (runId === undefined ? {} : { run_id: runId }) : { version },
          },
        }),
      ),
    placeholderData: keepPreviousData,
  });

export const runStatesQuery = (dagId: string, runId: string) =>
  queryOptions({
    queryKey: keys.run(dagId, runId, "states"),
    queryFn: () =>
      data(
        api.GET("/api/v2/ui/dags/{dag_id}/runs/{run_id}/states", {
          params: { path: { dag_id: dagId, run_id: runId } },
        }),
      ),
  });

export const runViewQuery = (dagId: string, runId: string) =>
  queryOptions({
    queryKey: keys.run(dagId, runId, "gantt"),
    queryFn: async (): Promise<Schemas["RunViewResponse"]> => {
      const path = { dag_id: dagId, run_id: runId };
      const found = await data(api.GET("/api/v2/ui/dags/{dag_id}/runs/{run_id}", { params: { path } }));
      return found as Schemas["RunViewResponse"];
    },
    placeholderData: keepPreviousData,
  });

export const versionsQuery = (dagId: string) =>
  queryOptions({
    queryKey: keys.dag(dagId, "versions"),
    queryFn: () =>
      data(
        api.GET("/api/v2/dags/{dag_id}/dagVersions", {
          params: { path: { dag_id: dagId }, query: { limit: 100, order_by: ["-version_number"] } },
        }),
      ),
  });

/** The code of a version never changes. */
export const sourceQuery = (dagId: string, version: number) =>
  queryOptions({
    queryKey: keys.dag(dagId, "source", version),
    queryFn: async (): Promise<string> => {
      const found = await data(
        api.GET("/api/v2/dagSources/{dag_id}", {
          params: { path: { dag_id: dagId }, query: { version_number: version } },
          headers: { accept: "application/json" },
        }),
      );
      return typeof found === "string" ? found : (found.content ?? "");
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
