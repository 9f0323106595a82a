// A dense table for lists of any length: only the rows in sight are drawn, and more are asked for as the end comes near.
import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, useEffect, useRef } from "react";
import classes from "./DataTable.module.css";

const ROW_PX = 32;
const AHEAD = 12;

export interface Column<Row> {
  id: string;
  header: React.ReactNode;
  cell: (row: Row) => React.ReactNode;
  /** The name to sort by; none: it can't be sorted by. */
  sort?: string;
  /** As a track of a CSS grid: `120px`, `minmax(200px, 2fr)`. */
  width?: string;
  align?: "end";
}

export interface Sorting {
  /** `name`, or `-name`: from the last to the first. */
  by: string | undefined;
  onChange: (by: string | undefined) => void;
}

export function DataTable<Row extends object>(given: {
  label: string;
  /** Those that are not here yet are undefined. */
  rows: (Row | undefined)[];
  /** Keep it the same for as long as nothing in it changes: rows are drawn anew for another. */
  columns: Column<Row>[];
  rowKey: (row: Row) => string;
  sorting?: Sorting;
  empty?: React.ReactNode;
  /** Asks for the rows behind the last one. */
  more?: (() => void) | undefined;
  /** Told which rows are in sight. */
  onRange?: (first: number, last: number) => void;
  /** Of all there are, also those that are not here yet. */
  total?: number;
  rowClass?: (row: Row) => string | undefined;
  height?: string;
  rowHeight?: number;
}) {
  const { rows, columns, more, onRange } = given;
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => given.rowHeight ?? ROW_PX,
    overscan: AHEAD,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  const first = items[0]?.index ?? 0;
  useEffect(() => onRange?.(first, last), [onRange, first, last]);
  useEffect(() => {
    if (more && last >= rows.length - AHEAD) more();
  }, [more, last, rows.length]);
  const tracks = columns.map((column) => column.width ?? "minmax(90px, 1fr)").join(" ");
  if (rows.length === 0 && given.empty !== undefined) return <>{given.empty}</>;
  return (
    <div
      className={classes.scroller}
      ref={scroller}
      style={{ maxHeight: given.height ?? "calc(100vh - 190px)" }}
      tabIndex={0}
    >
      <div role="table" aria-label={given.label} aria-rowcount={given.total ?? rows.length} className={classes.table}>
        <div role="row" className={classes.head} style={{ gridTemplateColumns: tracks }}>
          {columns.map((column) => (
            <Head key={column.id} column={column} sorting={given.sorting} />
          ))}
        </div>
        <div style={{ height: virtual.getTotalSize(), position: "relative" }}>
          {items.map((item) => {
            const row = rows[item.index];
            return (
              <Line
                key={row ? given.rowKey(row) : `absent ${item.index}`}
                row={row}
                columns={columns as Column<object>[]}
                className={(row && given.rowClass?.(row)) ?? ""}
                tracks={tracks}
                index={item.index}
                height={item.size}
                top={item.start}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

/** A row; it is drawn anew only where something of it has changed, as the whole table is at each step of scrolling. */
const Line = memo(function Line(given: {
  row: object | undefined;
  columns: Column<object>[];
  className: string;
  tracks: string;
  index: number;
  height: number;
  top: number;
}) {
  const { row } = given;
  return (
    <div
      role="row"
      aria-rowindex={given.index + 2}
      className={`${classes.row} ${given.className}`}
      style={{ gridTemplateColumns: given.tracks, height: given.height, transform: `translateY(${given.top}px)` }}
    >
      {given.columns.map((column) => (
        <div role="cell" key={column.id} className={classes.cell} data-align={column.align}>
          {row === undefined ? <span className={classes.absent} /> : column.cell(row)}
        </div>
      ))}
    </div>
  );
});

function Head<Row>({ column, sorting }: { column: Column<Row>; sorting: Sorting | undefined }) {
  const { sort } = column;
  const direction =
    sort === undefined
      ? undefined
      : sorting?.by === sort
        ? "ascending"
        : sorting?.by === `-${sort}`
          ? "descending"
          : "none";
  return (
    <div role="columnheader" className={classes.cell} data-align={column.align} aria-sort={direction}>
      {sort !== undefined && sorting ? (
        <button
          type="button"
          className={classes.sort}
          onClick={() =>
            sorting.onChange(direction === "ascending" ? `-${sort}` : direction === "descending" ? undefined : sort)
          }
        >
          {column.header}{" "}
          <span aria-hidden>{direction === "ascending" ? "↑" : direction === "descending" ? "↓" : ""}</span>
        </button>
      ) : (
        column.header
      )}
    </div>
  );
}
