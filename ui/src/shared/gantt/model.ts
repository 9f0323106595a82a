// What a Gantt chart is drawn from: a row for each task instance, a segment for each of its attempts.

/** One attempt: from when it was asked for, through when it began to work, to its end. Moments are milliseconds. */
export interface GanttSegment {
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
  /** Unique among the rows: what `onSelect` is given. */
  key: string;
  label: string;
  state: string | null;
  /** How far it is indented: its depth in groups. */
  depth?: number;
  segments: GanttSegment[];
  /** Keys of rows that this one waited for; arrows are drawn from them. */
  upstream?: string[];
  /** Whether it lies on the path that made the run as long as it was. */
  isCritical?: boolean;
}
