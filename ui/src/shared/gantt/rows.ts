// The tasks of a run as rows of a Gantt chart: in their groups, those of folded groups as one row.
import type { Schemas } from "@/shared/api/schemas";
import { worstOf } from "@/shared/states";
import type { GanttRow, GanttSegment } from "./model";

export type RunView = Schemas["RunViewResponse"];
export type RunTask = Schemas["RunViewTask"];
type Shown = Pick<RunView, "tasks" | "groups">;

const moment = (text: string | null | undefined): number | null => (text ? Date.parse(text) : null);

/** Where a group begins, there its row is; its tasks follow it, unless it is folded. */
export function ganttRows(view: Shown, folded: ReadonlySet<string>): GanttRow[] {
  const tree = treeOf(view);
  const shownAs = new Map<string, string>();
  const rows: GanttRow[] = [];
  const add = (members: (RunTask | string)[], depth: number, prefix: string, hiddenIn: string | undefined): void => {
    for (const one of members) {
      if (typeof one !== "string") {
        shownAs.set(one.task_id, hiddenIn ?? one.task_id);
        if (hiddenIn === undefined) rows.push(taskRow(one, depth, prefix));
        continue;
      }
      const isFolded = folded.has(one);
      if (hiddenIn === undefined) {
        const label = without(tree.labels.get(one) ?? one, prefix);
        rows.push(groupRow(one, label, tree.tasksIn(one), depth, isFolded));
      }
      add(tree.members.get(one) ?? [], depth + 1, `${one}.`, hiddenIn ?? (isFolded ? one : undefined));
    }
  };
  add(tree.members.get(null) ?? [], 0, "", undefined);
  connect(rows, view.tasks, shownAs);
  return rows;
}

interface Tree {
  members: Map<string | null, (RunTask | string)[]>;
  labels: Map<string, string>;
  tasksIn: (group: string) => RunTask[];
}

function treeOf(view: Shown): Tree {
  const groups = new Map(view.groups.map((group) => [group.group_id, group]));
  const top: (RunTask | string)[] = [];
  const members = new Map<string | null, (RunTask | string)[]>([[null, top]]);
  const place = (groupId: string | null): (RunTask | string)[] => {
    if (groupId === null || !groups.has(groupId)) return top;
    const known = members.get(groupId);
    if (known) return known;
    const own: (RunTask | string)[] = [];
    members.set(groupId, own);
    place(groups.get(groupId)?.parent_id ?? null).push(groupId);
    return own;
  };
  for (const task of view.tasks) place(task.group_id).push(task);
  const tasksIn = (id: string): RunTask[] =>
    (members.get(id) ?? []).flatMap((one) => (typeof one === "string" ? tasksIn(one) : [one]));
  return { members, labels: new Map(view.groups.map((group) => [group.group_id, group.label])), tasksIn };
}

/** In its group a task needs not repeat the group's name. */
function without(label: string, prefix: string): string {
  return prefix && label.startsWith(prefix) ? label.slice(prefix.length) : label;
}

function taskRow(task: RunTask, depth: number, prefix: string): GanttRow {
  return {
    key: task.task_id,
    kind: "task",
    label: without(task.label, prefix),
    state: worstOf(task.counts),
    counts: task.counts,
    isMapped: task.is_mapped,
    isFolded: false,
    depth,
    segments: segmentsOf(task),
    upstream: [],
    isCritical: task.is_critical,
    hasNote: task.has_note,
  };
}

function groupRow(id: string, label: string, tasks: RunTask[], depth: number, isFolded: boolean): GanttRow {
  const counts: Record<string, number> = {};
  for (const task of tasks) {
    for (const [state, number] of Object.entries(task.counts)) counts[state] = (counts[state] ?? 0) + number;
  }
  const begun = tasks.flatMap(segmentsOf).filter((one) => one.startedAt !== null);
  const whole: GanttSegment = {
    tryNumber: 0,
    queuedAt: null,
    startedAt: Math.min(...begun.map((one) => one.startedAt ?? 0)),
    endedAt: begun.some((one) => one.endedAt === null) ? null : Math.max(...begun.map((one) => one.endedAt ?? 0)),
    state: worstOf(counts),
  };
  return {
    key: id,
    kind: "group",
    label,
    state: worstOf(counts),
    counts,
    isMapped: false,
    isFolded,
    depth,
    segments: begun.length > 0 ? [whole] : [],
    upstream: [],
    isCritical: tasks.some((task) => task.is_critical),
    hasNote: false,
  };
}

/** Rows wait for what their tasks wait for, as far as that is not in the same row. */
function connect(rows: GanttRow[], tasks: RunTask[], shownAs: ReadonlyMap<string, string>): void {
  const known = new Map(rows.map((row) => [row.key, row]));
  for (const task of tasks) {
    const row = known.get(shownAs.get(task.task_id) ?? "");
    if (!row) continue;
    const upstream = new Set(row.upstream);
    for (const place of task.upstream) {
      const before = shownAs.get(tasks[place]?.task_id ?? "");
      if (before !== undefined && before !== row.key) upstream.add(before);
    }
    row.upstream = [...upstream];
  }
}

/** The tries of a task; of a mapped one its instances together. */
function segmentsOf(task: RunTask): GanttSegment[] {
  const state = worstOf(task.counts);
  if (task.tries.length === 0) {
    const startedAt = moment(task.start_date);
    const queuedAt = moment(task.queued_at);
    if (queuedAt === null && startedAt === null) return [];
    const before = queuedAt !== null && startedAt !== null ? Math.min(queuedAt, startedAt) : queuedAt;
    const tryNumber = task.is_mapped ? 0 : Math.max(1, task.try_number);
    return [{ tryNumber, queuedAt: before, startedAt, endedAt: moment(task.end_date), state }];
  }
  const last = task.tries.length - 1;
  return task.tries.map(([tryNumber, asked, started, ended, outcome], place) => ({
    tryNumber,
    queuedAt: moment(asked),
    startedAt: moment(started),
    endedAt: moment(ended),
    state: place < last ? (outcome ?? "failed") : ended !== null && isBefore(state) ? (outcome ?? state) : state,
  }));
}

/** Whether a task in this state has yet to begin, or will not: what it did before is of a try that ended as it did. */
function isBefore(state: string | null): boolean {
  return state === null || ["scheduled", "queued", "upstream_failed", "skipped"].includes(state);
}

/** When a run that goes on should be over: as long after its start as such runs usually take. */
export function predictedEnd(view: {
  run: { start_date: string | null; end_date: string | null };
  usual_duration: number | null;
}): number | undefined {
  const start = moment(view.run.start_date);
  if (view.run.end_date || start === null || view.usual_duration === null) return undefined;
  return start + view.usual_duration * 1000;
}
