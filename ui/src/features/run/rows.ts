// The rows of a run's page: its tasks in their groups, each with when it waited and worked.
import type { RunTask, RunView } from "./queries";

export interface Bar {
  /** Number of the try; 0: all instances of a mapped task, or of a group. */
  tryNumber: number;
  queuedAt: number | null;
  startedAt: number | null;
  endedAt: number | null;
  state: string | null;
}

export interface Row {
  key: string;
  kind: "task" | "group";
  label: string;
  depth: number;
  counts: Record<string, number>;
  bars: Bar[];
  task?: RunTask;
  isFolded?: boolean;
}

const moment = (text: string | null): number | null => (text ? Date.parse(text) : null);

/** Where a group begins, there its row is; its tasks follow it, unless it is folded. */
export function rowsOf(view: Pick<RunView, "tasks" | "groups">, folded: ReadonlySet<string>): Row[] {
  const groups = new Map(view.groups.map((group) => [group.group_id, group]));
  const inside = new Map<string | null, (RunTask | string)[]>([[null, []]]);
  const placed = new Set<string>();
  const place = (groupId: string | null): (RunTask | string)[] => {
    if (groupId === null || !groups.has(groupId)) return inside.get(null) ?? [];
    if (!placed.has(groupId)) {
      placed.add(groupId);
      inside.set(groupId, []);
      place(groups.get(groupId)?.parent_id ?? null).push(groupId);
    }
    return inside.get(groupId) ?? [];
  };
  for (const task of view.tasks) place(task.group_id).push(task);

  const rows: Row[] = [];
  const tasksIn = (id: string): RunTask[] =>
    (inside.get(id) ?? []).flatMap((one) => (typeof one === "string" ? tasksIn(one) : [one]));
  const add = (members: (RunTask | string)[], depth: number, prefix: string): void => {
    for (const one of members) {
      if (typeof one !== "string") {
        rows.push(taskRow(one, depth, prefix));
        continue;
      }
      const isFolded = folded.has(one);
      rows.push(groupRow(one, without(groups.get(one)?.label ?? one, prefix), tasksIn(one), depth, isFolded));
      if (!isFolded) add(inside.get(one) ?? [], depth + 1, `${one}.`);
    }
  };
  add(inside.get(null) ?? [], 0, "");
  return rows;
}

/** In its group a task needs not repeat the group's name. */
function without(label: string, prefix: string): string {
  return prefix && label.startsWith(prefix) ? label.slice(prefix.length) : label;
}

function taskRow(task: RunTask, depth: number, prefix: string): Row {
  return {
    key: task.task_id,
    kind: "task",
    label: without(task.label, prefix),
    depth,
    counts: task.counts,
    bars: barsOf(task),
    task,
  };
}

function groupRow(id: string, label: string, tasks: RunTask[], depth: number, isFolded: boolean): Row {
  const counts: Record<string, number> = {};
  for (const task of tasks) {
    for (const [state, number] of Object.entries(task.counts)) counts[state] = (counts[state] ?? 0) + number;
  }
  const bars = tasks.flatMap(barsOf).filter((bar) => bar.startedAt !== null);
  const whole: Bar = {
    tryNumber: 0,
    queuedAt: null,
    startedAt: bars.length > 0 ? Math.min(...bars.map((bar) => bar.startedAt ?? 0)) : null,
    endedAt: bars.some((bar) => bar.endedAt === null) ? null : Math.max(...bars.map((bar) => bar.endedAt ?? 0)),
    state: null,
  };
  return { key: `group ${id}`, kind: "group", label, depth, counts, bars: bars.length > 0 ? [whole] : [], isFolded };
}

function barsOf(task: RunTask): Bar[] {
  if (task.tries.length > 0) {
    const last = task.tries.length - 1;
    return task.tries.map(([tryNumber, queued, started, ended, outcome], place) => ({
      tryNumber,
      queuedAt: moment(queued),
      startedAt: moment(started),
      endedAt: moment(ended),
      state: place === last ? (Object.keys(task.counts)[0] ?? null) : outcome,
    }));
  }
  if (!task.is_mapped || !task.start_date) return [];
  return [
    {
      tryNumber: 0,
      queuedAt: null,
      startedAt: moment(task.start_date),
      endedAt: moment(task.end_date),
      state: null,
    },
  ];
}

/** From the first to the last moment that something is drawn at; `now` as long as the run goes on. */
export function spanOf(view: Pick<RunView, "run" | "tasks">, now: number): { from: number; to: number } {
  const { run } = view;
  const begins = [moment(run.start_date), moment(run.queued_at)];
  const bars = view.tasks.flatMap(barsOf);
  const from = Math.min(
    ...[...begins, ...bars.map((bar) => bar.queuedAt ?? bar.startedAt)].filter((one) => one !== null),
  );
  const isOver = run.end_date !== null;
  const ends = isOver ? [moment(run.end_date), ...bars.map((bar) => bar.endedAt)] : [now];
  const to = Math.max(...ends.filter((one) => one !== null));
  return Number.isFinite(from) && Number.isFinite(to)
    ? { from, to: Math.max(to, from + 1) }
    : { from: now - 1, to: now };
}
