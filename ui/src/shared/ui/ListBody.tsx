// A list where it stands: search, filters, the table, and what is there while it has no rows.
import type { LongList } from "@/shared/api/lists";
import { type Column, DataTable, type Sorting, type TableProps } from "./DataTable";
import { EmptyState } from "./EmptyState";
import classes from "./ListBody.module.css";
import { SearchBox } from "./SearchBox";
import { ErrorPanel, Loading } from "./whole-page";

export interface ListParts<Row extends object> {
  title: string;
  list: LongList<Row>;
  columns: Column<Row>[];
  rowKey: (row: Row) => string;
  search?: { label: string; value: string | undefined; onChange: (value: string | undefined) => void };
  sorting?: Sorting;
  filters?: React.ReactNode;
  actions?: React.ReactNode;
  /** What an empty list teaches. */
  empty: React.ReactNode;
  /** Whether a search or filter may be why nothing is there. */
  isFiltered?: boolean;
  rowClass?: (row: Row) => string | undefined;
  chosenActions?: TableProps<Row>["chosenActions"];
}

/** With `actions`, they stand at the end of the line of the search: where there is no page's head for them. */
export function ListBody<Row extends object>(given: ListParts<Row> & { height?: string }) {
  const { list, search } = given;
  const isFiltered = given.isFiltered || Boolean(search?.value);
  return (
    <>
      {(search || given.filters || given.actions) && (
        <div className={classes.bar}>
          {search && <SearchBox {...search} />}
          {given.filters}
          {given.actions && <div className={classes.actions}>{given.actions}</div>}
        </div>
      )}
      {list.error ? (
        <ErrorPanel error={list.error} retry={list.again} />
      ) : list.isPending ? (
        <Loading />
      ) : (
        <DataTable
          label={given.title}
          rows={list.rows}
          columns={given.columns}
          rowKey={given.rowKey}
          total={list.total}
          more={list.more}
          chosenActions={given.chosenActions}
          {...(given.height ? { height: given.height } : {})}
          {...(given.sorting ? { sorting: given.sorting } : {})}
          {...(given.rowClass ? { rowClass: given.rowClass } : {})}
          empty={
            isFiltered ? (
              <EmptyState title="Nothing matches">Change the search or the filters.</EmptyState>
            ) : (
              given.empty
            )
          }
        />
      )}
    </>
  );
}
