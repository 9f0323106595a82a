// All DAGs: how each is doing, when it runs next, and the switch that pauses it.
import { Button } from "@mantine/core";
import { useMemo, useState } from "react";
import { useBulk } from "@/shared/bulk/useBulk";
import { many } from "@/shared/format/numbers";
import { usePages } from "@/shared/pages";
import { DataTable } from "@/shared/ui/DataTable";
import { EmptyState } from "@/shared/ui/EmptyState";
import { Page } from "@/shared/ui/Page";
import { tellFailed } from "@/shared/ui/told";
import { ErrorPanel, Loading } from "@/shared/ui/whole-page";
import { DAG_ACTIONS, dagThing } from "./bulk";
import { columnsOf } from "./columns";
import { Filters } from "./Filters";
import { type DagRow, type DagsPage as DagsAnswer, dagsKey, PAGE, readDags, setFavorite, setPaused } from "./queries";
import { type DagsSearch, dagsSearch } from "./search";

const FIRST_DAG = `from tradewind import dag, task


@dag(schedule="@daily")
def hello():
    @task
    def greet():
        print("hello")

    greet()


hello()
`;

const dagsNoun = (number: number): string => many(number, "DAG");

export function DagsPage({ search, onSearch }: { search: DagsSearch; onSearch: (search: DagsSearch) => void }) {
  const pages = usePages<DagsAnswer, DagRow>({
    queryKey: dagsKey(search),
    size: PAGE,
    read: (offset, limit) => readDags(search, offset, limit),
    rowsOf: (page) => page.dags,
  });
  // What was switched shows at once; the server's word replaces it.
  const [switched, setSwitched] = useState<ReadonlyMap<string, boolean>>(new Map());
  // Rows are drawn anew for other columns: those change with what was switched and with the filters alone.
  const columns = useMemo(() => {
    const change = (dagId: string, isPaused: boolean): void => {
      setSwitched((before) => new Map(before).set(dagId, isPaused));
      setPaused(dagId, isPaused)
        .catch(tellFailed)
        // Unless it was switched again meanwhile: then that shows until it is answered.
        .finally(() =>
          setSwitched((before) => new Map([...before].filter(([one, was]) => one !== dagId || was !== isPaused))),
        );
    };
    return columnsOf({
      isPaused: (dag) => switched.get(dag.dag_id) ?? dag.is_paused,
      onPause: change,
      onFavorite: (dagId, isFavorite) => void setFavorite(dagId, isFavorite).catch(tellFailed),
      onTag: (tag) => onSearch({ ...search, tags: [...new Set([...(search.tags ?? []), tag])] }),
      onOwner: (owner) => onSearch({ ...search, owners: [...new Set([...(search.owners ?? []), owner])] }),
    });
  }, [search, onSearch, switched]);
  const bulk = useBulk(DAG_ACTIONS, dagsNoun);
  const isFiltered = Object.keys(search).some((name) => name !== "sort");
  return (
    <Page title="DAGs" actions={<span className="faint">{pages.first && dagsNoun(pages.total)}</span>}>
      <Filters search={search} onSearch={onSearch} tags={pages.first?.tags ?? []} />
      {pages.error ? (
        <ErrorPanel error={pages.error} retry={pages.retry} />
      ) : pages.isLoading ? (
        <Loading />
      ) : (
        <DataTable
          label="DAGs"
          rows={pages.rows}
          total={pages.total}
          columns={columns}
          rowKey={(dag) => dag.dag_id}
          rowHeight={36}
          onRange={pages.onRange}
          chosenActions={(rows, choseNone) => bulk.buttons(rows.map(dagThing), choseNone)}
          height="calc(100vh - 168px)"
          sorting={{
            by: search.sort ?? "name",
            onChange: (sort) => onSearch(dagsSearch({ ...search, sort })),
          }}
          empty={
            isFiltered ? (
              <EmptyState title="No DAG is like this">
                <Button variant="default" mt="xs" onClick={() => onSearch({})}>
                  Take all filters away
                </Button>
              </EmptyState>
            ) : (
              <EmptyState title="There are no DAGs yet" code={FIRST_DAG}>
                Save this as <code>hello.py</code> in the DAGs folder. It shows up here within seconds, without a
                restart.
              </EmptyState>
            )
          }
        />
      )}
      {bulk.dialog}
    </Page>
  );
}
