// A row of a table; it is drawn anew only where something of it has changed, as the table is at each step of scrolling.
import { memo } from "react";
import classes from "../DataTable.module.css";
import type { Column } from "./columns";

export const Line = memo(function Line(given: {
  row: object | undefined;
  columns: Column<object>[];
  className: string;
  tracks: string;
  index: number;
  height: number;
  top: number;
  /** The row that the keyboard is on. */
  isActive: boolean;
  /** undefined: nothing is chosen in this table. */
  isChosen: boolean | undefined;
  name: string;
  onChoose: (index: number, isRange: boolean) => void;
  onActive: (index: number) => void;
}) {
  const { row, index } = given;
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      tabIndex={given.isActive ? 0 : -1}
      data-active={given.isActive || undefined}
      data-chosen={given.isChosen || undefined}
      className={`${classes.row} ${given.className}`}
      style={{ gridTemplateColumns: given.tracks, height: given.height, transform: `translateY(${given.top}px)` }}
      onFocus={() => given.onActive(index)}
    >
      {given.isChosen !== undefined && (
        <div role="cell" className={classes.choice}>
          {row !== undefined && (
            <input
              type="checkbox"
              className={classes.box}
              aria-label={`Choose ${given.name}`}
              checked={given.isChosen}
              onChange={(event) => given.onChoose(index, (event.nativeEvent as MouseEvent).shiftKey)}
              // With Shift the browser would mark the words in between.
              onMouseDown={(event) => event.shiftKey && event.preventDefault()}
              tabIndex={-1}
            />
          )}
        </div>
      )}
      {given.columns.map((column) => (
        <div role="cell" key={column.id} className={classes.cell} data-align={column.align}>
          {row === undefined ? <span className={classes.absent} /> : column.cell(row)}
        </div>
      ))}
    </div>
  );
});
