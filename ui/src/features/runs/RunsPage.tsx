// All runs of all DAGs: the scatter shows the odd one, the list leads to it.
import { Button, Tooltip } from "@mantine/core";
import { IconNote } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { dagUrl, runUrl } from "@/shared/addresses";
import { RUN_ACTIONS, runsNoun, runThing } from "@/shared/bulk/run-actions";
import { useBulk } from "@/shared/bulk/useBulk";
import { duration } from "@/shared/format/time";
import { usePages } from "@/shared/pages";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { EmptyState } from "@/shared/ui/EmptyState";
import { Moment, Took } from "@/shared/ui/Moment";
import { Page } from "@/shared/ui/Page";
import { StateBadge } from "@/shared/ui/StateIcon";
import { ErrorPanel, Loading } from "@/shared/ui/whole-page";
import { Filters } from "./Filters";
import { PAGE, type RunRow, type RunsPage as RunsAnswer, readRuns, runsKey } from "./queries";
import classes from "./RunsPage.module.css";
import { Scatter } from "./Scatter";
import { type RunsSearch, runsSearch } from "./search";

const COLUMNS: Column<RunRow>[] = [
  { id: "state", header: "State", width: "112px", cell: (run) => <StateBadge state={run.state} /> },
  {
    id: "dag",
    header: "DAG",
    width: "minmax(140px, 1.5fr)",
    cell: (run) => (
      <Link to={dagUrl(run.dag_id)} className={classes.dag} title={run.dag_id}>
        {run.dag_display_name}
      </Link>
    ),
  },
  {
    id: "run",
    header: "Run",
    isKept: true,
    width: "minmax(150px, 2fr)",
    cell: (run) => (
      <>
        <Link to={runUrl(run.dag_id, run.run_id)} title={run.run_id}>
          {shortId(run.run_id)}
        </Link>
        {run.note && (
          <Tooltip label={run.note} multiline maw={360}>
            <span className={classes.note} role="img" aria-label={`Note: ${run.note}`}>
              <IconNote size={14} />
            </span>
          </Tooltip>
        )}
      </>
    ),
  },
  {
    id: "type",
    header: "Type",
    isMinor: true,
    width: "132px",
    cell: (run) => (
      <span title={run.triggering_user ? `by ${run.triggering_user}` : undefined}>
        {run.run_type.replace("_", " ")}
      </span>
    ),
  },
  {
    id: "due",
    header: "Due",
    isMinor: true,
    sort: "run_after",
    width: "104px",
    cell: (run) => <Moment at={run.run_after} />,
  },
  { id: "start", header: "Started", sort: "start_date", width: "104px", cell: (run) => <Moment at={run.start_date} /> },
  {
    id: "duration",
    header: "Took",
    sort: "duration",
    width: "90px",
    align: "end",
    cell: (run) =>
      run.duration === null ? <Took start={run.start_date} end={run.end_date} /> : duration(run.duration),
  },
  {
    id: "version",
    header: "Version",
    isMinor: true,
    width: "72px",
    align: "end",
    cell: (run) => (run.version === null ? <span className="faint">–</span> : `v${run.version}`),
  },
];

/** A run's id without its type, which stands beside it. */
function shortId(runId: string): string {
  return runId.replace(/^(scheduled|manual|backfill|asset_triggered|asset_materialization)__/, "");
}

export function RunsPage({ search, onSearch }: { search: RunsSearch; onSearch: (search: RunsSearch) => void }) {
  const pages = usePages<RunsAnswer, RunRow>({
    queryKey: runsKey(search),
    size: PAGE,
    read: (offset, limit) => readRuns(search, offset, limit),
    rowsOf: (page) => page.runs,
  });
  const known = pages.rows.filter((run) => run !== undefined);
  const bulk = useBulk(RUN_ACTIONS, runsNoun);
  const isFiltered = Object.keys(search).some((name) => name !== "sort");
  return (
    <Page title="Runs" actions={<span className="faint">{pages.first && runsNoun(pages.total)}</span>}>
      <Filters search={search} onSearch={onSearch} />
      {pages.error ? (
        <ErrorPanel error={pages.error} retry={pages.retry} />
      ) : pages.isLoading ? (
        <Loading />
      ) : (
        <>
          <Scatter runs={known} />
          <DataTable
            label="Runs"
            rows={pages.rows}
            total={pages.total}
            columns={COLUMNS}
            rowKey={(run) => `${run.dag_id} ${run.run_id}`}
            onRange={pages.onRange}
            chosenActions={(rows, choseNone) =>
              bulk.buttons(
                rows.map((run) => runThing(run.dag_id, run.run_id, run.state, true)),
                choseNone,
              )
            }
            height="calc(100vh - 340px)"
            sorting={{
              by: search.sort ?? "-run_after",
              onChange: (sort) => onSearch(runsSearch({ ...search, sort })),
            }}
            empty={
              isFiltered ? (
                <EmptyState title="No run is like this">
                  <Button variant="default" mt="xs" onClick={() => onSearch({})}>
                    Take all filters away
                  </Button>
                </EmptyState>
              ) : (
                <EmptyState title="Nothing has run yet" code="tradewind dags trigger my_dag">
                  Switch a DAG on and its schedule makes runs, or ask for one yourself.
                </EmptyState>
              )
            }
          />
        </>
      )}
      {bulk.dialog}
    </Page>
  );
}
