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
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { type Column, canHide, compare, orderOf, type Sorting, wordOf } from "./columns";
import { useTableLayout } from "./layout";

const features = tableFeatures({
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  columnVisibilityFeature,
  columnSizingFeature,
  rowSelectionFeature,
});
interface Valued {
  getValue: (id: string) => unknown;
}

const byValue = (one: Valued, other: Valued, id: string): number => compare(one.getValue(id), other.getValue(id));

/** The rows that are here, and where each stands; without `places` all are. Of a hundred thousand rows most are not here,
 * and the table's model would be made of all. */
export function present<Row extends object>(rows: (Row | undefined)[]) {
  const data: Row[] = [];
  const places = new Map<number, number>();
  for (const [index, row] of rows.entries()) {
    if (row) places.set(index, data.push(row) - 1);
  }
  return { data, places: data.length < rows.length ? places : undefined };
}

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
  const { data, places } = useMemo(() => present(given.rows), [given.rows]);
  // What has left the list is no longer chosen: it would be so again, unseen, when it comes back.
  useEffect(() => {
    const ids = Object.keys(chosen);
    if (ids.length === 0) return;
    const here = new Set(data.map(rowKey));
    const kept = ids.filter((id) => here.has(id));
    if (kept.length < ids.length) setChosen(Object.fromEntries(kept.map((id) => [id, true])));
  }, [chosen, data, rowKey]);
  const by = sorting ? sorting.by : own;
  const order = useMemo(() => orderOf(by), [by]);
  const model = useMemo(
    () =>
      columns.map((column) => ({
        // The server's word for what is sorted by, so that the order is the address's own.
        id: column.sort ?? column.id,
        enableHiding: canHide(columns, column),
        accessorFn: (row: object) => column.value?.(row as Row) ?? undefined,
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
    getRowId: (row: object) => rowKey(row as Row),
    manualSorting: sorting !== undefined || places !== undefined,
    // The server always has an order: without one it would be the order of the beginning, which may be this one.
    enableSortingRemoval: sorting === undefined,
    state: { sorting: order, rowSelection: chosen, columnVisibility: layout.visibility, columnSizing: layout.sizes },
    onSortingChange: (next) => {
      const word = wordOf(typeof next === "function" ? next(order) : next);
      if (sorting) sorting.onChange(word);
      else setOwn(word);
    },
    onRowSelectionChange: setChosen,
  });
  const { rows } = table.getRowModel();
  const at = (index: number) => rows[places ? (places.get(index) ?? -1) : index];
  const rowAt = (index: number): Row | undefined => at(index)?.original as Row | undefined;
  const latest = useRef(at);
  latest.current = at;
  // Of a range, all rows between the last one and this become what this one becomes.
  const choose = useCallback((index: number, isRange: boolean): void => {
    const row = latest.current(index);
    row?.getToggleSelectedHandler()({ target: { checked: !row.getIsSelected() }, shiftKey: isRange });
  }, []);
  const isChosen = (index: number): boolean => at(index)?.getIsSelected() ?? false;
  const sortOf = (column: Column<Row>) => {
    if (sorting ? column.sort === undefined : column.value === undefined || !given.isWhole) return undefined;
    const own = table.getColumn(column.sort ?? column.id);
    const on = own?.getIsSorted();
    const direction = on === "asc" ? "ascending" : on === "desc" ? "descending" : "none";
    return { direction, toggle: () => own?.toggleSorting() } as const;
  };
  return { table, layout, count: given.rows.length, here: data.length, rowAt, choose, isChosen, sortOf };
}
