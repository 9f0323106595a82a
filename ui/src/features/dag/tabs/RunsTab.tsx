// All runs of the DAG as a list.
import { Select } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { runUrl } from "@/shared/addresses";
import { api } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import { PAGE, useLongList } from "@/shared/api/lists";
import type { Schemas } from "@/shared/api/schemas";
import { RUN_ACTIONS, runsNoun, runThing } from "@/shared/bulk/run-actions";
import { useBulk } from "@/shared/bulk/useBulk";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { EmptyState } from "@/shared/ui/EmptyState";
import { Moment, Took } from "@/shared/ui/Moment";
import { StateBadge } from "@/shared/ui/StateIcon";
import { ErrorPanel, Loading } from "@/shared/ui/whole-page";
import type { TabProps } from "../DagPage";

type Run = Schemas["DAGRunResponse"];
const STATES: Run["state"][] = ["queued", "running", "success", "failed"];
const TYPES: Run["run_type"][] = [
  "scheduled",
  "manual",
  "backfill",
  "asset_triggered",
  "asset_materialization",
  "operator_triggered",
];

export function RunsTab({ dag, search, go }: TabProps) {
  const { state, type, sort } = search;
  const list = useLongList<Run>(keys.dag(dag.dag_id, "live", "runs", state, type, sort), async (offset) => {
    const answer = await api.GET("/api/v2/dags/{dag_id}/dagRuns", {
      params: {
        path: { dag_id: dag.dag_id },
        query: {
          limit: PAGE,
          offset,
          order_by: [sort ?? "-run_after"],
          ...(state ? { state: [state as Run["state"]] } : {}),
          ...(type ? { run_type: [type as Run["run_type"]] } : {}),
        },
      },
    });
    return { rows: answer.data?.dag_runs ?? [], total: answer.data?.total_entries ?? 0 };
  });
  const bulk = useBulk(RUN_ACTIONS, runsNoun);
  const columns: Column<Run>[] = [
    {
      id: "run",
      header: "Run",
      width: "minmax(130px, 2fr)",
      cell: (run) => <Link to={runUrl(dag.dag_id, run.dag_run_id)}>{run.dag_run_id}</Link>,
    },
    { id: "state", header: "State", width: "110px", sort: "state", cell: (run) => <StateBadge state={run.state} /> },
    {
      id: "due",
      header: "Due",
      width: "105px",
      sort: "run_after",
      cell: (run) => <Moment at={run.run_after} />,
    },
    {
      id: "logical",
      isMinor: true,
      header: "Logical date",
      width: "110px",
      sort: "logical_date",
      cell: (run) => <Moment at={run.logical_date} />,
    },
    {
      id: "start",
      isMinor: true,
      header: "Started",
      width: "105px",
      sort: "start_date",
      cell: (run) => <Moment at={run.start_date} />,
    },
    {
      id: "took",
      header: "Took",
      width: "95px",
      sort: "duration",
      align: "end",
      cell: (run) => <Took start={run.start_date} end={run.end_date} />,
    },
    {
      id: "type",
      isMinor: true,
      header: "Started by",
      width: "150px",
      sort: "run_type",
      cell: (run) => run.triggering_user_name ?? run.run_type.replaceAll("_", " "),
    },
    {
      id: "version",
      isMinor: true,
      header: "Version",
      width: "75px",
      align: "end",
      cell: (run) => run.dag_versions.at(-1)?.version_number ?? "",
    },
    { id: "note", isMinor: true, header: "Note", width: "minmax(70px, 1fr)", cell: (run) => run.note ?? "" },
  ];
  if (list.error) return <ErrorPanel error={list.error} retry={list.again} />;
  return (
    <div>
      <div style={{ display: "flex", gap: 8, marginBottom: 8, flexWrap: "wrap" }}>
        <Select
          aria-label="State"
          placeholder="All states"
          clearable
          w={130}
          data={STATES}
          value={state ?? null}
          onChange={(value) => go({ state: value ?? undefined })}
        />
        <Select
          aria-label="Type"
          placeholder="All types"
          clearable
          w={180}
          data={TYPES.map((one) => ({ value: one, label: one.replaceAll("_", " ") }))}
          value={type ?? null}
          onChange={(value) => go({ type: value ?? undefined })}
        />
      </div>
      {list.isPending ? (
        <Loading />
      ) : (
        <DataTable
          label={`Runs of ${dag.dag_id}`}
          name="runs of a DAG"
          rows={list.rows}
          columns={columns}
          rowKey={(run) => run.dag_run_id}
          total={list.total}
          more={list.more}
          chosenActions={(rows, choseNone) =>
            bulk.buttons(
              rows.map((run) => runThing(run.dag_id, run.dag_run_id, run.state, false)),
              choseNone,
            )
          }
          sorting={{ by: sort, onChange: (by) => go({ sort: by }) }}
          height="calc(100vh - 310px)"
          empty={
            state || type ? (
              <EmptyState title="No run is like that">Choose another state or type.</EmptyState>
            ) : (
              <EmptyState title="This DAG has not run yet" code={`tradewind dags trigger ${dag.dag_id}`}>
                Press Trigger above, or start a run from a shell:
              </EmptyState>
            )
          }
        />
      )}
      {bulk.dialog}
    </div>
  );
}
