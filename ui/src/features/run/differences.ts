// What differs between two runs: task by task, each on an axis that begins with its run, and in what they were started with.
import { worstOf } from "@/shared/states";
import type { RunTask, RunView } from "./queries";

/** A task in one of the two runs. Times are seconds since the run's start. */
export interface Side {
  state: string | null;
  counts: Record<string, number>;
  /** None: it has not begun. */
  from: number | null;
  /** None: it goes on. */
  to: number | null;
  /** From its first start to its last end. */
  took: number | null;
  tries: number;
}

export interface Difference {
  taskId: string;
  /** None: that run has no such task. */
  mine: Side | undefined;
  other: Side | undefined;
  /** It ended otherwise, or is in one of the runs only. */
  isOther: boolean;
  /** Seconds by which this run took longer for it. */
  change: number | null;
}

type Shown = Pick<RunView, "run" | "tasks">;

/** All tasks of either run: first those that ended otherwise, then by how much longer or shorter they took. */
export function differencesOf(mine: Shown, other: Shown): Difference[] {
  const [begun, otherBegun] = [beginOf(mine), beginOf(other)];
  const others = new Map(other.tasks.map((task) => [task.task_id, task]));
  const known = new Set(mine.tasks.map((task) => task.task_id));
  const all = [
    ...mine.tasks.map((task): [RunTask, RunTask | undefined] => [task, others.get(task.task_id)]),
    ...other.tasks.filter((task) => !known.has(task.task_id)).map((task): [undefined, RunTask] => [undefined, task]),
  ];
  const found = all.map(([one, two]) =>
    differenceOf(one && sideOf(one, begun), two && sideOf(two, otherBegun), one, two),
  );
  const weight = (one: Difference): number => (one.isOther ? Number.POSITIVE_INFINITY : Math.abs(one.change ?? 0));
  return found.sort((a, b) => (weight(a) === weight(b) ? 0 : weight(b) - weight(a)));
}

function differenceOf(
  mine: Side | undefined,
  other: Side | undefined,
  task: RunTask | undefined,
  otherTask: RunTask | undefined,
): Difference {
  const took = mine?.took ?? null;
  const otherTook = other?.took ?? null;
  return {
    taskId: task?.task_id ?? otherTask?.task_id ?? "",
    mine,
    other,
    isOther: mine === undefined || other === undefined || mine.state !== other.state,
    change: took === null || otherTook === null ? null : took - otherTook,
  };
}

function sideOf(task: RunTask, begun: number): Side {
  const at = (text: string | null): number | null => (text ? (Date.parse(text) - begun) / 1000 : null);
  const [from, to] = [at(task.start_date), at(task.end_date)];
  return {
    state: worstOf(task.counts),
    counts: task.counts,
    from,
    to,
    took: from === null || to === null ? null : to - from,
    tries: task.try_number,
  };
}

/** When a run began, or its first task where it is not known. */
function beginOf(view: Shown): number {
  const starts = view.tasks.flatMap((task) => (task.start_date ? [Date.parse(task.start_date)] : []));
  return view.run.start_date ? Date.parse(view.run.start_date) : Math.min(...starts);
}

/** Seconds until the last task of either run ended; what goes on reaches to there. */
export function lengthOf(differences: readonly Difference[]): number {
  const ends = differences.flatMap(({ mine, other }) => [mine?.to ?? mine?.from ?? 0, other?.to ?? other?.from ?? 0]);
  return Math.max(0.05, ...ends);
}

export interface ConfDifference {
  name: string;
  /** As text; none: it was not given. */
  mine: string | undefined;
  other: string | undefined;
}

type Conf = Record<string, unknown> | null | undefined;

/** What two runs were started with, where it is not the same. */
export function confDifferences(mine: Conf, other: Conf): ConfDifference[] {
  const names = new Set([...Object.keys(mine ?? {}), ...Object.keys(other ?? {})]);
  const text = (conf: Conf, name: string): string | undefined =>
    conf && name in conf ? JSON.stringify(conf[name]) : undefined;
  return [...names]
    .map((name) => ({ name, mine: text(mine, name), other: text(other, name) }))
    .filter((one) => one.mine !== one.other);
}
