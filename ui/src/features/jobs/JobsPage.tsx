// Health: whether each part of the system is alive, and its processes.
import { useQuery } from "@tanstack/react-query";
import { api, data } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import { PAGE, useLongList } from "@/shared/api/lists";
import type { Schemas } from "@/shared/api/schemas";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { Moment, Took } from "@/shared/ui/Moment";
import { Page } from "@/shared/ui/Page";
import { StateIcon } from "@/shared/ui/StateIcon";
import { ErrorPanel, Loading } from "@/shared/ui/whole-page";
import classes from "./JobsPage.module.css";

type Job = Schemas["JobResponse"];

const AGAIN_MS = 5000;

const COLUMNS: Column<Job>[] = [
  {
    id: "type",
    header: "Process",
    width: "minmax(130px, 1fr)",
    value: (row) => row.job_type,
    cell: (row) => row.job_type,
  },
  {
    id: "state",
    header: "State",
    width: "120px",
    cell: (row) => (
      <>
        <StateIcon state={row.state === "running" ? "running" : row.state === "success" ? "success" : "failed"} />{" "}
        {row.state}
      </>
    ),
  },
  { id: "host", header: "Host", isMinor: true, width: "minmax(140px, 1fr)", cell: (row) => row.hostname },
  { id: "executor", header: "Executor", isMinor: true, width: "minmax(140px, 1fr)", cell: (row) => row.executor_class },
  {
    id: "start",
    header: "Started",
    width: "150px",
    isMinor: true,
    value: (row) => row.start_date,
    cell: (row) => <Moment at={row.start_date} />,
  },
  {
    id: "lived",
    header: "Up for",
    isMinor: true,
    width: "130px",
    cell: (row) => <Took start={row.start_date} end={row.end_date} />,
  },
  {
    id: "beat",
    header: "Last sign of life",
    width: "130px",
    value: (row) => row.latest_heartbeat,
    cell: (row) => <Moment at={row.latest_heartbeat} style="relative" />,
  },
];

export function JobsPage() {
  // Not a change of state that the stream tells: whether a process is alive is known by asking.
  const health = useQuery({
    queryKey: keys.health,
    queryFn: () => data(api.GET("/api/v2/monitor/health")),
    refetchInterval: AGAIN_MS,
  });
  const version = useQuery({ queryKey: keys.admin("version"), queryFn: () => data(api.GET("/api/v2/version")) });
  const jobs = useLongList<Job>(keys.admin("jobs"), async (offset) => {
    const page = await data(
      api.GET("/api/v2/jobs", { params: { query: { limit: PAGE, offset, order_by: ["-start_date"] } } }),
    );
    return { rows: page.jobs, total: page.total_entries };
  });
  return (
    <Page title="Health" actions={version.data && <span className="faint">version {version.data.version}</span>}>
      {health.error && <ErrorPanel error={health.error} retry={() => void health.refetch()} />}
      {health.data && (
        <div className={classes.parts}>
          <Part name="Database" status={health.data.metadatabase.status} />
          <Part
            name="Scheduler"
            status={health.data.scheduler.status}
            beat={health.data.scheduler.latest_scheduler_heartbeat}
          />
          <Part
            name="DAG processor"
            status={health.data.dag_processor?.status}
            beat={health.data.dag_processor?.latest_dag_processor_heartbeat}
          />
          <Part
            name="Triggerer"
            status={health.data.triggerer.status}
            beat={health.data.triggerer.latest_triggerer_heartbeat}
          />
        </div>
      )}
      {jobs.error ? (
        <ErrorPanel error={jobs.error} retry={jobs.again} />
      ) : jobs.isPending ? (
        <Loading />
      ) : (
        <DataTable
          label="Processes"
          rows={jobs.rows}
          columns={COLUMNS}
          rowKey={(row) => String(row.id)}
          total={jobs.total}
          more={jobs.more}
        />
      )}
    </Page>
  );
}

function Part(given: { name: string; status: string | null | undefined; beat?: string | null | undefined }) {
  const { status } = given;
  const state = status === "healthy" ? "success" : status === "unhealthy" ? "failed" : null;
  return (
    <div className={`card ${classes.part}`} data-status={status ?? "none"}>
      <StateIcon state={state} size={18} label={false} />
      <div>
        <b>{given.name}</b>
        <div className="faint">
          {status ?? "not started: nothing has needed it"}
          {given.beat && (
            <>
              , <Moment at={given.beat} style="relative" />
            </>
          )}
        </div>
      </div>
    </div>
  );
}
