// A page that is one list: search, what one can do, the table, and what stands there while it has no rows.

import type { LongList } from "@/shared/api/lists";
import { count } from "@/shared/format/numbers";
import { type Column, DataTable, type Sorting } from "./DataTable";
import { EmptyState } from "./EmptyState";
import { Page } from "./Page";
import { SearchBox } from "./SearchBox";
import { ErrorPanel, Loading } from "./whole-page";

export function ListPage<Row extends object>(given: {
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
}) {
  const { list, search } = given;
  const isFiltered = given.isFiltered || Boolean(search?.value);
  return (
    <Page
      title={given.title}
      heading={
        <>
          {given.title} {list.total > 0 && <span className="faint">{count(list.total)}</span>}
        </>
      }
      actions={given.actions}
    >
      {(search || given.filters) && (
        <div style={{ display: "flex", gap: 8, flexWrap: "wrap" }}>
          {search && <SearchBox {...search} />}
          {given.filters}
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
    </Page>
  );
}
