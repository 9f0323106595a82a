// The tasks of a run as rows of a Gantt chart.
import type { Schemas } from "@/shared/api/schemas";
import type { GanttRow, GanttSegment } from "@/shared/gantt/model";
import { worstOf } from "@/shared/states";

export type RunView = Schemas["RunViewResponse"];

const moment = (text: string | null | undefined): number | null => (text ? Date.parse(text) : null);

export function ganttRows(view: Pick<RunView, "tasks">): GanttRow[] {
  return view.tasks.map((task) => ({
    key: task.task_id,
    label: task.is_mapped ? `${task.label} [ ]` : task.label,
    state: worstOf(task.counts),
    segments: segmentsOf(task),
    upstream: task.upstream.flatMap((place) => view.tasks[place]?.task_id ?? []),
    isCritical: task.is_critical,
  }));
}

/** The tries of a task; of a mapped one its instances together. */
function segmentsOf(task: RunView["tasks"][number]): GanttSegment[] {
  const state = worstOf(task.counts);
  if (task.tries.length === 0) {
    const queuedAt = moment(task.queued_at);
    const startedAt = moment(task.start_date);
    if (queuedAt === null && startedAt === null) return [];
    const before = queuedAt !== null && startedAt !== null ? Math.min(queuedAt, startedAt) : queuedAt;
    return [{ tryNumber: 1, queuedAt: before, startedAt, endedAt: moment(task.end_date), state }];
  }
  return task.tries.map((one, place) => {
    const [tryNumber, asked, started, ended, outcome] = one as [
      number,
      string,
      string | null,
      string | null,
      string | null,
    ];
    const isLast = place === task.tries.length - 1;
    return {
      tryNumber,
      queuedAt: moment(asked),
      startedAt: moment(started),
      endedAt: moment(ended),
      state: isLast ? state : (outcome ?? "failed"),
    };
  });
}

/** When a run that goes on should be over: as long after its start as such runs usually take. */
export function predictedEnd(view: Pick<RunView, "run" | "usual_duration">): number | undefined {
  const start = moment(view.run.start_date);
  if (view.run.end_date || start === null || view.usual_duration === null) return undefined;
  return start + view.usual_duration * 1000;
}
