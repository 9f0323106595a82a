// What the signs of the grid mean: those that it shows.
import { useMemo } from "react";
import type { Grid } from "../queries";
import { cellLook } from "./cells";
import classes from "./Grid.module.css";

export function Legend({ grid }: { grid: Grid }) {
  const states = useMemo(() => {
    const letters = new Set(grid.cells.flatMap((cells) => [...cells]));
    const found = grid.states.filter((_, place) => letters.has(String.fromCharCode(97 + place)));
    const mapped = grid.mapped.flatMap((run) => Object.values(run).flatMap((counts) => Object.keys(counts)));
    return [...new Set([...found, ...mapped])];
  }, [grid]);
  return (
    <div className={classes.legend}>
      {states.map((state) => {
        const look = cellLook(state);
        return (
          <span key={state} style={{ display: "inline-flex", alignItems: "center", gap: 4 }}>
            <span
              className={classes.cell}
              data-tone={look.tone}
              data-sign={look.sign}
              data-loud={look.isLoud}
              style={{ width: 18, height: 18, cursor: "default" }}
              aria-hidden
            />
            {look.word}
          </span>
        );
      })}
      <span>A figure in a corner: tries; of a mapped task [ ], how many instances are in that state.</span>
    </div>
  );
}
