// One row of the grid: a task or group, and a cell for each run. Drawn again only when something in it changes.
import { memo } from "react";
import { cellLook } from "./cells";
import classes from "./Grid.module.css";
import type { GridRow } from "./model";

export const Row = memo(function Row({
  row,
  index,
  top,
  states,
  selectedRun,
  isSelected,
}: {
  row: GridRow;
  index: number;
  top: number;
  states: readonly string[];
  /** The place of the run that is selected in this row; -1: none. */
  selectedRun: number;
  isSelected: boolean;
}) {
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      className={classes.row}
      style={{ transform: `translateY(${top}px)` }}
      data-row={index}
    >
      <div
        role="rowheader"
        className={classes.name}
        data-selected={isSelected}
        data-group={row.kind === "group"}
        data-gone={row.isGone}
        style={{ paddingLeft: 8 + row.depth * 14 }}
        title={row.id}
      >
        {row.kind === "group" ? (
          <button
            type="button"
            tabIndex={-1}
            className={classes.fold}
            data-fold
            aria-expanded={!row.isFolded}
            aria-label={`${row.isFolded ? "Unfold" : "Fold"} ${row.label}`}
          >
            {row.isFolded ? "▸" : "▾"}
          </button>
        ) : (
          <span className={classes.fold} aria-hidden />
        )}
        <span className="ellipsis">{row.label}</span>
        {row.isMapped && <span className="faint">[ ]</span>}
      </div>
      {[...row.cells].map((letter, run) => {
        if (letter === ".") {
          // biome-ignore lint/suspicious/noArrayIndexKey: a cell is its place
          return <div role="gridcell" key={run} className={classes.cell} data-run={run} aria-label="not in this run" />;
        }
        const look = cellLook(states[letter.charCodeAt(0) - 97] ?? "none");
        const mark = row.marks[run];
        return (
          <div
            role="gridcell"
            // biome-ignore lint/suspicious/noArrayIndexKey: a cell is its place
            key={run}
            // Only this one is ever named by the grid, and a row that shows another task changes as little as can be.
            {...(run === selectedRun
              ? { id: `cell-${index}-${run}`, "data-selected": true, "aria-selected": true }
              : {})}
            className={classes.cell}
            data-run={run}
            data-state={look.state}
            data-tone={look.tone}
            data-sign={look.sign}
            data-loud={look.isLoud}
            aria-label={mark ? `${look.word}, ${mark.startsWith("·") ? `try ${mark.slice(1)}` : mark}` : look.word}
          >
            {mark && <b aria-hidden>{mark.replace("·", "")}</b>}
          </div>
        );
      })}
    </div>
  );
});
