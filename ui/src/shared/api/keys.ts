// The keys of all queries, so that a change of state knows what it makes stale.
//
// A key begins with what it is about: ["dag", dagId, ...], ["run", dagId, runId, ...], or a list: ["dags", ...].
import type { QueryKey } from "@tanstack/react-query";
import type { Change } from "./live";

export const keys = {
  me: ["me"] as const,
  health: ["health"] as const,
  home: ["home"] as const,
  dags: (...rest: unknown[]) => ["dags", ...rest] as const,
  dag: (dagId: string, ...rest: unknown[]) => ["dag", dagId, ...rest] as const,
  run: (dagId: string, runId: string, ...rest: unknown[]) => ["run", dagId, runId, ...rest] as const,
  task: (dagId: string, runId: string, taskId: string, mapIndex: number, ...rest: unknown[]) =>
    ["task", dagId, runId, taskId, mapIndex, ...rest] as const,
  runs: (...rest: unknown[]) => ["runs", ...rest] as const,
  assets: (...rest: unknown[]) => ["assets", ...rest] as const,
  backfills: (...rest: unknown[]) => ["backfills", ...rest] as const,
  importErrors: (...rest: unknown[]) => ["import-errors", ...rest] as const,
  admin: (...rest: unknown[]) => ["admin", ...rest] as const,
};

/** What a change makes stale. Keys that nobody shows cost nothing. */
export function affectedBy(change: Change): QueryKey[] {
  switch (change.type) {
    // What was read while the stream was lost may have changed since.
    case "reset":
      return [[]];
    case "dag_run":
      return [
        keys.run(change.dag_id, change.dag_run_id),
        ["task", change.dag_id, change.dag_run_id],
        keys.dag(change.dag_id, "live"),
        keys.dags(),
        keys.runs(),
        keys.home,
      ];
    case "task_instance":
      return [
        keys.run(change.dag_id, change.dag_run_id),
        keys.task(change.dag_id, change.dag_run_id, change.task_id, change.map_index),
        keys.dag(change.dag_id, "live"),
        ...(change.new_state === "awaiting_input" || change.old_state === "awaiting_input" ? [keys.home] : []),
      ];
    case "expansion":
      return [keys.run(change.dag_id, change.dag_run_id), keys.dag(change.dag_id, "live")];
    case "dag":
      return [keys.dag(change.dag_id), keys.dags(), keys.home];
    case "asset_event":
      return [keys.assets(), keys.home];
    case "import_error":
      return [keys.importErrors(), keys.home];
    case "backfill":
      return [keys.backfills(), keys.dag(change.dag_id, "live")];
    default:
      return [];
  }
}
