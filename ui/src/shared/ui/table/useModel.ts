// The model of a table: the order of its rows, which are chosen, which columns are there and how wide.
import {
  columnSizingFeature,
  columnVisibilityFeature,
  createSortedRowModel,
  type RowSelectionState,
  rowSelectionFeature,
  rowSortingFeature,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { useCallback, useMemo, useRef, useState } from "react";
import { type Column, canHide, compare, orderOf, type Sorting, wordOf } from "./columns";
import { useTableLayout } from "./layout";

const features = tableFeatures({
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  columnVisibilityFeature,
  columnSizingFeature,
  rowSelectionFeature,
});
/** Stands for a row that is not here yet. */
const ABSENT = {};

interface Valued {
  getValue: (id: string) => unknown;
}

const byValue = (one: Valued, other: Valued, id: string): number => compare(one.getValue(id), other.getValue(id));

export function useModel<Row extends object>(given: {
  name: string;
  rows: (Row | undefined)[];
  columns: Column<Row>[];
  rowKey: (row: Row) => string;
  sorting: Sorting | undefined;
  /** Whether all rows are here, so that the table can sort them. */
  isWhole: boolean;
}) {
  const { columns, sorting, rowKey } = given;
  const layout = useTableLayout(given.name, columns);
  const [own, setOwn] = useState<string>();
  const [chosen, setChosen] = useState<RowSelectionState>({});
  const data = useMemo((): object[] => given.rows.map((row) => row ?? ABSENT), [given.rows]);
  const by = sorting ? sorting.by : own;
  const order = useMemo(() => orderOf(by), [by]);
  const model = useMemo(
    () =>
      columns.map((column) => ({
        // The server's word for what is sorted by, so that the order is the address's own.
        id: column.sort ?? column.id,
        enableHiding: canHide(columns, column),
        accessorFn: (row: object) => (row === ABSENT ? undefined : (column.value?.(row as Row) ?? undefined)),
        sortFn: byValue,
        sortUndefined: "last" as const,
        sortDescFirst: false,
      })),
    [columns],
  );
  const table = useTable({
    features,
    data,
    columns: model,
    getRowId: (row: object, index: number) => (row === ABSENT ? `absent ${index}` : rowKey(row as Row)),
    enableRowSelection: (row: { original: object }) => row.original !== ABSENT,
    manualSorting: sorting !== undefined,
    state: { sorting: order, rowSelection: chosen, columnVisibility: layout.visibility, columnSizing: layout.sizes },
    onSortingChange: (next) => {
      const word = wordOf(typeof next === "function" ? next(order) : next);
      if (sorting) sorting.onChange(word);
      else setOwn(word);
    },
    onRowSelectionChange: setChosen,
  });
  const { rows } = table.getRowModel();
  const rowAt = (index: number): Row | undefined => {
    const row = rows[index]?.original;
    return row === ABSENT ? undefined : (row as Row | undefined);
  };
  const latest = useRef(rows);
  latest.current = rows;
  const choose = useCallback(
    // With the event of a click, Shift chooses all from the last one on.
    (index: number, event?: unknown): void => {
      const row = latest.current[index];
      if (event) row?.getToggleSelectedHandler()(event);
      else row?.toggleSelected();
    },
    [],
  );
  const isChosen = (index: number): boolean => rows[index]?.getIsSelected() ?? false;
  const sortOf = (column: Column<Row>) => {
    if (sorting ? column.sort === undefined : column.value === undefined || !given.isWhole) return undefined;
    const own = table.getColumn(column.sort ?? column.id);
    const on = own?.getIsSorted();
    const direction = on === "asc" ? "ascending" : on === "desc" ? "descending" : "none";
    return { direction, toggle: () => own?.toggleSorting() } as const;
  };
  return { table, layout, count: rows.length, rowAt, choose, isChosen, sortOf };
}
