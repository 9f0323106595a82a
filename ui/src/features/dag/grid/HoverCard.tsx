// What the pointer is over, in words.
import { absolute, between, duration } from "@/shared/format/time";
import { lookOf } from "@/shared/states";
import { StateBadge } from "@/shared/ui/StateIcon";
import type { Grid } from "../queries";
import classes from "./Grid.module.css";
import { nameOf } from "./Head";
import { countsOf, type GridRow } from "./model";

export interface Hovered {
  row: number;
  run: number;
  x: number;
  y: number;
}

export function HoverCard({ grid, rows, at }: { grid: Grid; rows: GridRow[]; at: Hovered }) {
  const run = grid.runs[at.run];
  const row = rows[at.row];
  if (!run) return null;
  const counts = row ? countsOf(grid, at.run, row.places) : {};
  const place = row?.places[0] ?? -1;
  const tries = row?.kind === "task" ? grid.tries[at.run]?.[place] : undefined;
  if (row && Object.keys(counts).length === 0) return null;
  const states = Object.entries(counts);
  const isLeft = at.x > window.innerWidth - 370;
  const isUp = at.y > window.innerHeight - 190;
  const style: React.CSSProperties = {
    ...(isLeft ? { right: window.innerWidth - at.x + 14 } : { left: at.x + 14 }),
    ...(isUp ? { bottom: window.innerHeight - at.y + 10 } : { top: at.y + 14 }),
  };
  return (
    <div className={`card ${classes.hover}`} style={style} aria-hidden>
      <h3>{row ? row.id : `Run due ${nameOf(run)}`}</h3>
      <div style={{ display: "flex", gap: 4, flexWrap: "wrap" }}>
        {row ? (
          states.map(([state, count]) => (
            <StateBadge key={state} state={state} {...(states.length > 1 || count > 1 ? { count } : {})} />
          ))
        ) : (
          <StateBadge state={run.state} />
        )}
      </div>
      <div className="faint" style={{ marginTop: 4 }}>
        {row ? (
          <>
            {tries ? `${tries} tries · ` : ""}
            {row.operator && `${row.operator} · `}run due {nameOf(run)}, {lookOf(run.state).word}
          </>
        ) : (
          <>
            {run.run_type.replaceAll("_", " ")} · took {duration(run.duration ?? between(run.start_date, run.end_date))}
            <br />
            {absolute(run.run_after)}
            {run.version_number ? ` · version ${run.version_number}` : ""}
          </>
        )}
      </div>
    </div>
  );
}
