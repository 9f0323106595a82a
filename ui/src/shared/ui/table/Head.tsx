// The head of a column: its name, which sorts, and its edge, which makes it wider or narrower.
import { useRef } from "react";
import classes from "../DataTable.module.css";
import { ACTIONS, type Column, widthWithin } from "./columns";

export interface HeadSort {
  direction: "ascending" | "descending" | "none";
  toggle: () => void;
}

export function Head<Row>(given: {
  column: Column<Row>;
  sort: HeadSort | undefined;
  /** undefined: as wide as it was again. */
  onSize: (px: number | undefined) => void;
}) {
  const { column, sort } = given;
  return (
    <div role="columnheader" className={classes.headCell} data-align={column.align} aria-sort={sort?.direction}>
      {sort ? (
        <button type="button" className={classes.sort} onClick={sort.toggle} data-on={sort.direction !== "none"}>
          {column.header}{" "}
          <span aria-hidden className={classes.arrow}>
            {sort.direction === "descending" ? "↓" : "↑"}
          </span>
        </button>
      ) : (
        <span className={classes.headWord}>{column.header}</span>
      )}
      {column.id !== ACTIONS && <Edge onSize={given.onSize} />}
    </div>
  );
}

/** Drag it; twice pressed, the column is as wide as it was. By the keyboard the menu of columns does the same. */
function Edge({ onSize }: { onSize: (px: number | undefined) => void }) {
  const from = useRef<{ x: number; px: number } | undefined>(undefined);
  return (
    <span
      aria-hidden
      className={classes.edge}
      onPointerDown={(event) => {
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        const px = event.currentTarget.parentElement?.getBoundingClientRect().width ?? 0;
        from.current = { x: event.clientX, px };
      }}
      onPointerMove={(event) => {
        if (from.current) onSize(widthWithin(from.current.px + event.clientX - from.current.x));
      }}
      onPointerUp={() => {
        from.current = undefined;
      }}
      onDoubleClick={() => onSize(undefined)}
    />
  );
}
