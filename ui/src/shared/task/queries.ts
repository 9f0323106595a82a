// A task instance with all that its page shows, and the instances of a mapped task.
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, data } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import type { Schemas } from "@/shared/api/schemas";

export type TaskView = Schemas["TaskViewResponse"];
export type TaskTry = Schemas["TaskViewTry"];

export const taskView = (dagId: string, runId: string, taskId: string, mapIndex: number) =>
  queryOptions({
    queryKey: keys.task(dagId, runId, taskId, mapIndex, "view"),
    queryFn: (): Promise<TaskView> =>
      data(
        api.GET("/api/v2/ui/dags/{dag_id}/runs/{run_id}/tasks/{task_id}", {
          params: {
            path: { dag_id: dagId, run_id: runId, task_id: taskId },
            query: { map_index: mapIndex },
          },
        }),
      ),
  });

const PAGE = 100;

/** The instances of a mapped task, by pages. */
export const mappedInstances = (dagId: string, runId: string, taskId: string, states: string[], search: string) =>
  infiniteQueryOptions({
    queryKey: keys.run(dagId, runId, "mapped", taskId, states, search),
    initialPageParam: 0,
    queryFn: ({ pageParam }) =>
      data(
        api.GET("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/listMapped", {
          params: {
            path: { dag_id: dagId, dag_run_id: runId, task_id: taskId },
            query: {
              limit: PAGE,
              offset: pageParam,
              order_by: ["map_index"],
              ...(states.length > 0 ? { state: states as never[] } : {}),
              ...(search ? { rendered_map_index_pattern: `%${search}%` } : {}),
            },
          },
        }),
      ),
    getNextPageParam: (last, all) => {
      const read = all.reduce((sum, page) => sum + page.task_instances.length, 0);
      return last.task_instances.length > 0 && read < (last.total_entries ?? 0) ? read : undefined;
    },
  });
