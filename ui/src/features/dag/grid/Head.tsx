// The head of the grid: a bar for each run, as high as it took long.
import { memo } from "react";
import { between, duration, short } from "@/shared/format/time";
import type { RunBar } from "../queries";
import { cellLook } from "./cells";
import classes from "./Grid.module.css";

const HIGHEST_PX = 54;
/** Columns that the name of a day takes. */
const ROOM = 3;
const TYPES: Record<string, string> = {
  scheduled: "",
  manual: "m",
  backfill: "b",
  asset_triggered: "a",
  asset_materialization: "a",
  operator_triggered: "o",
};

/** What a run is called on screen: when it was due. */
export function nameOf(run: RunBar): string {
  return short(run.logical_date ?? run.run_after);
}

export const Head = memo(function Head({ runs, selectedRun }: { runs: RunBar[]; selectedRun: string | undefined }) {
  const seconds = runs.map((run) => run.duration ?? between(run.start_date, run.end_date) ?? 0);
  const days = dayMarks(runs);
  const longest = Math.max(...seconds, 0.001);
  return (
    <div role="row" aria-rowindex={1} className={classes.head}>
      <div role="columnheader" className={classes.corner}>
        <span className={classes.scale}>{runs.length > 0 ? `${duration(longest)} ▔` : ""}</span>
        <span>Tasks</span>
      </div>
      {runs.map((run, place) => {
        const look = cellLook(run.state);
        const height = Math.max(3, Math.sqrt((seconds[place] ?? 0) / longest) * HIGHEST_PX);
        const words = `Run ${run.run_id}, ${look.word}, ${duration(run.duration ?? between(run.start_date, run.end_date))}`;
        return (
          <div role="columnheader" key={run.run_id} style={{ display: "flex" }}>
            <button
              type="button"
              tabIndex={-1}
              className={classes.bar}
              data-run={place}
              data-selected={run.run_id === selectedRun}
              aria-label={words}
              style={look.style}
            >
              {days.has(place) && <span className={classes.day}>{days.get(place)}</span>}
              <span className={classes.column} style={{ height }} />
              <span className={classes.type} aria-hidden>
                {run.state === "failed" ? "✕" : run.state === "running" ? "▸" : TYPES[run.run_type]}
              </span>
            </button>
          </div>
        );
      })}
    </div>
  );
});

function dayOf(run: RunBar): string {
  return new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" }).format(
    new Date(run.logical_date ?? run.run_after),
  );
}

/** By places of runs: the days to write there, where one begins and the last is far enough away. */
export function dayMarks(runs: RunBar[]): Map<number, string> {
  const found = new Map<number, string>();
  let last = -ROOM;
  runs.forEach((run, place) => {
    const before = runs[place - 1];
    const day = dayOf(run);
    if ((before && dayOf(before) === day) || place - last < ROOM || place > runs.length - 2) return;
    found.set(place, day);
    last = place;
  });
  return found;
}
