// The table of all lists, of any length: only the rows in sight are drawn, and more are asked for as the end comes near.
import { defaultRangeExtractor, type Range, useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useMemo, useRef } from "react";
import classes from "./DataTable.module.css";
import { ColumnMenu } from "./table/ColumnMenu";
import { type Column, type Sorting, tracksOf } from "./table/columns";
import { Head } from "./table/Head";
import { Line } from "./table/Line";
import { ChooseAll, ChosenBar } from "./table/Selection";
import { useModel } from "./table/useModel";
import { useRowKeys } from "./table/useRowKeys";
import { useAfterFirst } from "./useAfterFirst";

export type { Column, Sorting } from "./table/columns";

const ROW_PX = 32;
const AHEAD = 12;
/** Until the page has been drawn: nobody scrolls before. */
const AHEAD_AT_FIRST = 1;
/** Of fewer columns nobody wants to hide one. */
const MANY_COLUMNS = 4;

export interface TableProps<Row extends object> {
  label: string;
  /** Under which the browser keeps what somebody made of the columns; none: the label. */
  name?: string;
  /** Those that are not here yet are undefined. */
  rows: (Row | undefined)[];
  /** Keep it the same for as long as nothing in it changes: rows are drawn anew for another. */
  columns: Column<Row>[];
  rowKey: (row: Row) => string;
  /** Where the server sorts; else the table does, by the columns that have a `value`. */
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
  /** Rows can be chosen, and this is what can be done with them. */
  chosenActions?: ((rows: Row[], done: () => void) => React.ReactNode) | undefined;
}

export function DataTable<Row extends object>(given: TableProps<Row>) {
  if (given.rows.length === 0 && given.empty !== undefined) return <>{given.empty}</>;
  return <Table {...given} />;
}

function Table<Row extends object>(given: TableProps<Row>) {
  const { columns, rowKey, chosenActions } = given;
  const scroller = useRef<HTMLDivElement>(null);
  const model = useModel<Row>({
    ...given,
    name: given.name ?? given.label,
    sorting: given.sorting,
    isWhole: given.rows.length >= (given.total ?? 0),
  });
  const { table, layout } = model;
  const chooseNone = (): void => table.resetRowSelection(true);
  const onChoose = chosenActions && model.choose;
  const { virtual, keys } = useRowsInSight(given, { scroller, count: model.count, onChoose, chooseNone });
  const shown = useMemo(
    () => columns.filter((column) => layout.visibility[column.id] !== false),
    [columns, layout.visibility],
  );
  const hasMenu = columns.length >= MANY_COLUMNS;
  const { tracks, least } = tracksOf(shown, layout.sizes, { choice: chosenActions !== undefined, corner: hasMenu });
  const chosen = chosenActions ? table.getSelectedRowModel().flatRows.map((row) => row.original as Row) : [];
  const total = given.total ?? model.count;
  return (
    <div className={classes.frame}>
      {hasMenu && <ColumnMenu columns={columns} layout={layout} />}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the rows in it hear the keys */}
      <div
        className={classes.scroller}
        ref={scroller}
        data-table
        style={{ "--most": `max(260px, ${given.height ?? "calc(100vh - 190px)"})` } as React.CSSProperties}
        tabIndex={0}
        onKeyDown={keys.onKeyDown}
      >
        <div
          role="table"
          aria-label={given.label}
          aria-rowcount={total}
          className={classes.table}
          style={{ minWidth: least }}
        >
          <div role="row" className={classes.head} style={{ gridTemplateColumns: tracks }}>
            {chosenActions && (
              <ChooseAll
                isAll={table.getIsAllRowsSelected()}
                isSome={chosen.length > 0}
                here={model.here < total ? model.here : undefined}
                toggle={() => table.toggleAllRowsSelected()}
              />
            )}
            {shown.map((column) => (
              <Head
                key={column.id}
                column={column}
                sort={model.sortOf(column)}
                onSize={(px) => layout.setSize(column.id, px)}
              />
            ))}
          </div>
          <div style={{ height: virtual.getTotalSize(), position: "relative" }}>
            {virtual.getVirtualItems().map((item) => {
              const row = model.rowAt(item.index);
              return (
                <Line
                  key={row ? rowKey(row) : `absent ${item.index}`}
                  row={row}
                  columns={shown as Column<object>[]}
                  className={(row && given.rowClass?.(row)) ?? ""}
                  tracks={tracks}
                  index={item.index}
                  height={item.size}
                  top={item.start}
                  isActive={keys.active === item.index}
                  isChosen={chosenActions && model.isChosen(item.index)}
                  name={row ? rowKey(row) : ""}
                  onChoose={model.choose}
                  onActive={keys.onActive}
                />
              );
            })}
          </div>
        </div>
      </div>
      {chosen.length > 0 && (
        <ChosenBar count={chosen.length} total={total} clear={chooseNone}>
          {chosenActions?.(chosen, chooseNone)}
        </ChosenBar>
      )}
    </div>
  );
}

/** The rows that are drawn, and the one that the keyboard is on, which is drawn wherever it is. */
function useRowsInSight<Row extends object>(
  given: TableProps<Row>,
  table: {
    scroller: React.RefObject<HTMLDivElement | null>;
    count: number;
    onChoose: ((index: number, isRange: boolean) => void) | undefined;
    chooseNone: () => void;
  },
) {
  const { scroller, count } = table;
  const { more, onRange } = given;
  const isDrawn = useAfterFirst();
  const active = useRef<number | undefined>(undefined);
  const rangeExtractor = useCallback((range: Range): number[] => {
    const found = defaultRangeExtractor(range);
    const kept = active.current;
    if (kept === undefined || kept >= range.count || found.includes(kept)) return found;
    return kept < (found[0] ?? 0) ? [kept, ...found] : [...found, kept];
  }, []);
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => given.rowHeight ?? ROW_PX,
    overscan: isDrawn ? AHEAD : AHEAD_AT_FIRST,
    rangeExtractor,
    // The head lies over the first of the rows that are scrolled to.
    scrollPaddingStart: ROW_PX,
  });
  const keys = useRowKeys({ ...table, scrollTo: (index) => virtual.scrollToIndex(index) });
  active.current = keys.active;
  const first = Math.max((virtual.range?.startIndex ?? 0) - AHEAD, 0);
  const last = Math.max(Math.min((virtual.range?.endIndex ?? 0) + AHEAD, count - 1), 0);
  useEffect(() => onRange?.(first, last), [onRange, first, last]);
  useEffect(() => {
    if (more && last >= count - AHEAD) more();
  }, [more, last, count]);
  return { virtual, keys };
}
