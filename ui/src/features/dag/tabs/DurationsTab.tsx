// How long runs took one after the other, and which tasks took the time.
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { runUrl } from "@/shared/addresses";
import { api, data } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import { count } from "@/shared/format/numbers";
import { duration } from "@/shared/format/time";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { EmptyState } from "@/shared/ui/EmptyState";
import { Section } from "@/shared/ui/Page";
import { ErrorPanel, Loading } from "@/shared/ui/whole-page";
import type { TabProps } from "../DagPage";
import { nameOf } from "../grid/Head";
import { Chart, type Line } from "./Chart";
import { runLines, summaries, type TaskSummary } from "./durations";

const RUNS = 100;
const SLOWER = 0.3;

export function DurationsTab({ dag, search, go }: TabProps) {
  const navigate = useNavigate();
  const {
    data: found,
    error,
    refetch,
  } = useQuery({
    queryKey: keys.dag(dag.dag_id, "live", "durations"),
    queryFn: () =>
      data(
        api.GET("/api/v2/ui/dags/{dag_id}/durations", {
          params: { path: { dag_id: dag.dag_id }, query: { limit: RUNS } },
        }),
      ),
  });
  const names = useMemo(() => found?.runs.map(nameOf) ?? [], [found]);
  const lines = useMemo(() => (found ? runLines(found.runs) : []), [found]);
  const rows = useMemo(() => (found ? summaries(found.tasks) : []), [found]);
  const shown = rows.find((row) => row.task === search.task) ?? rows[0];
  const taskLines = useMemo<Line[]>(
    () => (shown ? [{ label: shown.task, colour: "--state-busy", values: shown.values }] : []),
    [shown],
  );
  if (error) return <ErrorPanel error={error} retry={() => void refetch()} />;
  if (!found) return <Loading />;
  if (found.runs.length === 0) {
    return (
      <EmptyState title="Nothing has run yet" code={`tradewind dags trigger ${dag.dag_id}`}>
        After a few runs you see here whether they get slower, and which task it is.
      </EmptyState>
    );
  }
  return (
    <div style={{ display: "grid", gridTemplateColumns: "minmax(0, 1fr)", gap: 12 }}>
      <Section title={`The last ${count(found.runs.length)} runs`}>
        <div style={{ padding: 10 }}>
          <Chart
            label="Durations of the last runs, and how long each waited for its start"
            names={names}
            lines={lines}
            onPick={(place) => {
              const run = found.runs[place];
              if (run) void navigate({ to: runUrl(dag.dag_id, run.run_id) });
            }}
          />
        </div>
      </Section>
      {shown && (
        <Section title={`Task ${shown.task}`}>
          <div style={{ padding: 10 }}>
            <Chart label={`Durations of ${shown.task}`} names={names} lines={taskLines} height={180} />
          </div>
        </Section>
      )}
      <DataTable
        label="Tasks by duration"
        rows={rows}
        columns={columnsOf(shown?.task, (task) => go({ task }))}
        rowKey={(row) => row.task}
        height="420px"
      />
      {found.task_count > rows.length && (
        <span className="faint">
          The slowest {rows.length} of {count(found.task_count)} tasks.
        </span>
      )}
    </div>
  );
}

function columnsOf(shown: string | undefined, show: (task: string) => void): Column<TaskSummary>[] {
  return [
    {
      id: "task",
      header: "Task",
      width: "minmax(130px, 2fr)",
      cell: (row) => (
        <button
          type="button"
          style={{
            all: "unset",
            cursor: "pointer",
            color: "var(--accent)",
            fontWeight: row.task === shown ? 650 : 400,
          }}
          aria-pressed={row.task === shown}
          onClick={() => show(row.task)}
        >
          {row.task}
        </button>
      ),
    },
    { id: "median", header: "Usually", align: "end", cell: (row) => duration(row.median) },
    { id: "last", isMinor: true, header: "Last", align: "end", cell: (row) => duration(row.last) },
    {
      id: "change",
      header: "Last against usual",
      align: "end",
      cell: (row) =>
        row.change === null ? (
          <span className="faint">–</span>
        ) : (
          <span style={row.change > SLOWER ? { color: "var(--state-again)", fontWeight: 600 } : {}}>
            {row.change > SLOWER ? "▲ " : ""}
            {row.change > 0 ? "+" : ""}
            {Math.round(row.change * 100)} %
          </span>
        ),
    },
    { id: "longest", isMinor: true, header: "Longest", align: "end", cell: (row) => duration(row.longest) },
  ];
}
