// What people did to the DAG and its runs.
import { Link } from "@tanstack/react-router";
import { runUrl } from "@/shared/addresses";
import { api } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import { PAGE, useLongList } from "@/shared/api/lists";
import type { Schemas } from "@/shared/api/schemas";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { EmptyState } from "@/shared/ui/EmptyState";
import { Moment } from "@/shared/ui/Moment";
import { ErrorPanel, Loading } from "@/shared/ui/whole-page";
import type { TabProps } from "../DagPage";

type Entry = Schemas["EventLogResponse"];

export function AuditTab({ dag, search, go }: TabProps) {
  const { sort, run } = search;
  const list = useLongList<Entry>(keys.dag(dag.dag_id, "live", "audit", sort, run), async (offset) => {
    const query = { limit: PAGE, offset, dag_id: dag.dag_id, order_by: [sort ?? "-when"] };
    const answer = await api.GET("/api/v2/eventLogs", {
      params: { query: { ...query, ...(run ? { run_id: run } : {}) } },
    });
    return { rows: answer.data?.event_logs ?? [], total: answer.data?.total_entries ?? 0 };
  });
  const columns: Column<Entry>[] = [
    { id: "when", header: "When", width: "165px", sort: "when", cell: (one) => <Moment at={one.when} style="full" /> },
    { id: "who", header: "Who", width: "90px", sort: "owner", cell: (one) => one.owner ?? "–" },
    {
      id: "what",
      header: "What",
      width: "minmax(110px, 220px)",
      sort: "event",
      cell: (one) => one.event.replaceAll("_", " "),
    },
    {
      id: "run",
      isMinor: true,
      header: "Run",
      width: "minmax(180px, 1fr)",
      cell: (one) => (one.run_id ? <Link to={runUrl(dag.dag_id, one.run_id)}>{one.run_id}</Link> : ""),
    },
    { id: "task", isMinor: true, header: "Task", width: "minmax(120px, 1fr)", cell: (one) => one.task_id ?? "" },
    {
      id: "more",
      isMinor: true,
      header: "With",
      width: "minmax(160px, 2fr)",
      cell: (one) => (
        <span className="mono" title={one.extra ?? ""}>
          {one.extra ?? ""}
        </span>
      ),
    },
  ];
  if (list.error) return <ErrorPanel error={list.error} retry={list.again} />;
  if (list.isPending) return <Loading />;
  return (
    <DataTable
      label={`What was done to ${dag.dag_id}`}
      name="audit of a DAG"
      rows={list.rows}
      columns={columns}
      rowKey={(one) => String(one.event_log_id)}
      total={list.total}
      more={list.more}
      sorting={{ by: sort, onChange: (by) => go({ sort: by }) }}
      height="calc(100vh - 270px)"
      empty={
        <EmptyState title="Nobody has done anything to it yet">
          Runs that are triggered, cleared or marked by hand, pauses and edits are written here.
        </EmptyState>
      }
    />
  );
}
