// A list in a tab: search, what one can do, the table.
import type { LongList } from "@/shared/api/lists";
import { type Column, DataTable, type Sorting } from "@/shared/ui/DataTable";
import { EmptyState } from "@/shared/ui/EmptyState";
import { SearchBox } from "@/shared/ui/SearchBox";
import { ErrorPanel, Loading } from "@/shared/ui/whole-page";
import classes from "./users.module.css";

export function ListTab<Row extends object>(given: {
  label: string;
  list: LongList<Row>;
  columns: Column<Row>[];
  rowKey: (row: Row) => string;
  search?: { label: string; value: string | undefined; onChange: (value: string | undefined) => void };
  sorting?: Sorting;
  actions?: React.ReactNode;
  empty: React.ReactNode;
  rowClass?: (row: Row) => string | undefined;
}) {
  const { list, search } = given;
  return (
    <>
      <div className={classes.bar}>
        {search && <SearchBox {...search} />}
        <span style={{ flex: 1 }} />
        {given.actions}
      </div>
      {list.error ? (
        <ErrorPanel error={list.error} retry={list.again} />
      ) : list.isPending ? (
        <Loading />
      ) : (
        <DataTable
          label={given.label}
          rows={list.rows}
          columns={given.columns}
          rowKey={given.rowKey}
          total={list.total}
          more={list.more}
          height="calc(100vh - 240px)"
          {...(given.sorting ? { sorting: given.sorting } : {})}
          {...(given.rowClass ? { rowClass: given.rowClass } : {})}
          empty={search?.value ? <EmptyState title="Nothing matches">Change the search.</EmptyState> : given.empty}
        />
      )}
    </>
  );
}
