// What clearing and marking ask of the server, with a look at what they would do first.
import type { QueryClient } from "@tanstack/react-query";
import { api, data } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import type { Schemas } from "@/shared/api/schemas";

/** What is to be cleared or marked: some tasks of a run, or all of it. */
export interface Aim {
  dagId: string;
  runId: string;
  /** None: the whole run. */
  taskId?: string | undefined;
  /** None: all instances of the task. */
  mapIndex?: number | undefined;
}

export interface ClearChoice {
  onlyFailed: boolean;
  upstream: boolean;
  downstream: boolean;
  past: boolean;
  future: boolean;
  onLatestVersion: boolean;
  note: string;
}

export type Affected = Schemas["TaskInstanceResponse"];

/** Run instances again; a dry run answers with those that would. */
export async function clear(aim: Aim, choice: ClearChoice, isDry: boolean): Promise<Affected[]> {
  const note = choice.note ? { note: choice.note } : {};
  const answer = await data(
    api.POST("/api/v2/dags/{dag_id}/clearTaskInstances", {
      params: { path: { dag_id: aim.dagId } },
      body: {
        dry_run: isDry,
        dag_run_id: aim.runId,
        only_failed: choice.onlyFailed,
        include_upstream: choice.upstream,
        include_downstream: choice.downstream,
        include_past: choice.past,
        include_future: choice.future,
        run_on_latest_version: choice.onLatestVersion,
        ...(aim.taskId === undefined
          ? {}
          : { task_ids: [aim.mapIndex === undefined ? aim.taskId : [aim.taskId, aim.mapIndex]] }),
        ...note,
      } as Schemas["ClearTaskInstancesBody"],
    }),
  );
  return answer.task_instances;
}

export type EndState = "success" | "failed" | "skipped";

export interface MarkChoice {
  state: EndState;
  upstream: boolean;
  downstream: boolean;
  past: boolean;
  future: boolean;
  note: string;
}

/** Say how instances of a task ended; a dry run answers with those that would change. */
export async function mark(
  aim: Required<Pick<Aim, "taskId">> & Aim,
  choice: MarkChoice,
  isDry: boolean,
): Promise<Affected[]> {
  const path = { dag_id: aim.dagId, dag_run_id: aim.runId, task_id: aim.taskId ?? "" };
  const query = aim.mapIndex === undefined ? {} : { map_index: aim.mapIndex };
  const body = {
    new_state: choice.state,
    include_upstream: choice.upstream,
    include_downstream: choice.downstream,
    include_past: choice.past,
    include_future: choice.future,
    ...(choice.note && !isDry ? { note: choice.note } : {}),
  };
  const address = "/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}";
  const answer = isDry
    ? await data(api.PATCH(`${address}/dry_run`, { params: { path, query }, body }))
    : await data(api.PATCH(address, { params: { path, query }, body }));
  return answer.task_instances;
}

/** Say how a run ended. */
export async function markRun(aim: Aim, state: "success" | "failed"): Promise<void> {
  await api.PATCH("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}", {
    params: { path: { dag_id: aim.dagId, dag_run_id: aim.runId } },
    body: { state },
  });
}

/** Read again what an action on a run has changed. */
export function refreshRun(client: QueryClient, aim: Aim): void {
  for (const queryKey of [
    keys.run(aim.dagId, aim.runId),
    ["task", aim.dagId, aim.runId],
    keys.dag(aim.dagId, "live"),
    keys.runs(),
  ]) {
    void client.invalidateQueries({ queryKey });
  }
}
