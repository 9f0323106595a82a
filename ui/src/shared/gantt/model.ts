// What a Gantt chart is drawn from: a row for each task or group, a segment for each attempt of a task.

/** One attempt: from when it was asked for, through when it began to work, to its end. Moments are milliseconds. */
export interface GanttSegment {
  /** 0: not one attempt, but all instances of a mapped task, or all tasks of a group. */
  tryNumber: number;
  /** When it was put in the queue; none: it was not queued. */
  queuedAt: number | null;
  /** When it began to work; none: it has not yet. */
  startedAt: number | null;
  /** When it ended; none: it goes on. */
  endedAt: number | null;
  /** How it ended, or the state that it is in. */
  state: string | null;
}

export interface GanttRow {
  /** Unique among the rows: the id of the task or group. */
  key: string;
  kind: "task" | "group";
  label: string;
  state: string | null;
  /** Instances by state: several of a mapped task, or of the tasks in a group. */
  counts: Record<string, number>;
  isMapped: boolean;
  /** A group whose tasks are not shown. */
  isFolded: boolean;
  /** How far it is indented: its depth in groups. */
  depth: number;
  segments: GanttSegment[];
  /** Keys of rows that this one waited for; arrows are drawn from them. */
  upstream: string[];
  /** Whether it lies on the path that made the run as long as it was. */
  isCritical: boolean;
  hasNote: boolean;
}

/** How many instances a row stands for. */
export function instancesOf(row: Pick<GanttRow, "counts">): number {
  return Object.values(row.counts).reduce((sum, one) => sum + one, 0);
}
