// What differs between two runs, task by task.
import { worstOf } from "@/shared/states";
import type { RunTask, RunView } from "./queries";

export interface Difference {
  taskId: string;
  /** Seconds from its first start to its last end. */
  mine: number | null;
  other: number | null;
  mineCounts: Record<string, number> | undefined;
  otherCounts: Record<string, number> | undefined;
}

function took(task: RunTask | undefined): number | null {
  if (!task?.start_date || !task.end_date) return null;
  return (Date.parse(task.end_date) - Date.parse(task.start_date)) / 1000;
}

/** All tasks of either run: first those that ended otherwise, then by how much longer or shorter they took. */
export function differencesOf(mine: Pick<RunView, "tasks">, other: Pick<RunView, "tasks">): Difference[] {
  const others = new Map(other.tasks.map((task) => [task.task_id, task]));
  const known = new Set(mine.tasks.map((task) => task.task_id));
  const found = mine.tasks.map((task) => differenceOf(task, others.get(task.task_id)));
  for (const task of other.tasks) if (!known.has(task.task_id)) found.push(differenceOf(undefined, task));
  const weight = (one: Difference): number =>
    worstOf(one.mineCounts ?? {}) !== worstOf(one.otherCounts ?? {})
      ? Number.POSITIVE_INFINITY
      : Math.abs((one.mine ?? 0) - (one.other ?? 0));
  return found.sort((a, b) => (weight(a) === weight(b) ? 0 : weight(b) - weight(a)));
}

function differenceOf(mine: RunTask | undefined, other: RunTask | undefined): Difference {
  return {
    taskId: mine?.task_id ?? other?.task_id ?? "",
    mine: took(mine),
    other: took(other),
    mineCounts: mine?.counts,
    otherCounts: other?.counts,
  };
}
