// How long runs and tasks took, as lines to draw.
import type { Schemas } from "@/shared/api/schemas";
import { between } from "@/shared/format/time";
import { lookOf } from "@/shared/states";
import type { Line } from "./Chart";

export type Durations = Schemas["DagDurationsResponse"];

/** Runs as dots by state, and how long each waited for its start. */
export function runLines(runs: Durations["runs"]): Line[] {
  const states = [...new Set(runs.map((run) => run.state))];
  const seconds = (run: Durations["runs"][number]): number | null =>
    run.duration ?? (run.start_date ? between(run.start_date, run.end_date) : null);
  return [
    {
      label: "waited",
      colour: "--state-soon",
      isFilled: true,
      values: runs.map((run) => (run.start_date ? between(run.queued_at, run.start_date) : null)),
    },
    ...states.map((state) => ({
      label: lookOf(state).word,
      colour: `--state-${lookOf(state).tone}`,
      isDots: true,
      values: runs.map((run) => (run.state === state ? seconds(run) : null)),
    })),
  ];
}

export interface TaskSummary {
  task: string;
  median: number;
  last: number | null;
  longest: number;
  /** How much longer the last run took than the middle one, as a share; null: it did not run or there is no trend. */
  change: number | null;
  values: (number | null)[];
}

/** One row for each task, the slowest first. */
export function summaries(tasks: Durations["tasks"]): TaskSummary[] {
  return Object.entries(tasks).map(([task, values]) => {
    const known = values.filter((value) => value !== null).sort((a, b) => a - b);
    const median = known[Math.floor((known.length - 1) / 2)] ?? 0;
    const last = values.at(-1) ?? null;
    const change = last === null || median === 0 || known.length < 3 ? null : last / median - 1;
    return { task, median, last, longest: known.at(-1) ?? 0, change, values };
  });
}
