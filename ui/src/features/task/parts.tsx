// The lesser parts of a task instance's page: rendered fields, tries, neighbours, facts.
import { Anchor } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api, data } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import { FailureCard } from "@/shared/failure/FailureCard";
import type { TaskTry, TaskView } from "@/shared/task/queries";
import { CodeToCopy } from "@/shared/ui/Copyable";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { EmptyState } from "@/shared/ui/EmptyState";
import { JsonTree } from "@/shared/ui/JsonTree";
import { Markdown } from "@/shared/ui/Markdown";
import { Moment, Took } from "@/shared/ui/Moment";
import { StateCounts } from "@/shared/ui/StateCounts";
import { StateBadge } from "@/shared/ui/StateIcon";
import type { InstanceKey } from "./instance";
import classes from "./TaskPage.module.css";

export function Rendered({ view }: { view: TaskView }) {
  const fields = Object.entries(view.instance?.rendered_fields ?? {}).filter(
    ([, value]) => value !== null && value !== "" && JSON.stringify(value) !== "[]" && JSON.stringify(value) !== "{}",
  );
  if (fields.length === 0) {
    return (
      <EmptyState title="No template was rendered" code={`BashOperator(task_id="hello", bash_command="echo {{ ds }}")`}>
        What templates of the operator's fields became in the last try is shown here.
      </EmptyState>
    );
  }
  return (
    <div className={classes.fields}>
      {fields.map(([name, value]) => (
        <div key={name}>
          <h2>{name}</h2>
          <CodeToCopy
            code={typeof value === "string" ? value : JSON.stringify(value, null, 2)}
            label={`Copy ${name}`}
          />
        </div>
      ))}
    </div>
  );
}

export function Tries({ tries, onTry }: { tries: TaskTry[]; onTry: (number: number) => void }) {
  if (tries.length === 0) return <EmptyState title="It has not been tried yet" />;
  const columns: Column<TaskTry>[] = [
    {
      id: "try",
      header: "Try",
      width: "80px",
      cell: (one) => (
        <Anchor component="button" type="button" size="sm" onClick={() => onTry(one.try_number)}>
          Try {one.try_number}
        </Anchor>
      ),
    },
    { id: "state", header: "Ended", width: "150px", cell: (one) => <StateBadge state={one.state} /> },
    {
      id: "queued",
      header: "Waited",
      width: "90px",
      cell: (one) => <Took start={one.queued_at} end={one.start_date} />,
    },
    { id: "start", header: "Started", width: "120px", cell: (one) => <Moment at={one.start_date} /> },
    { id: "took", header: "Took", width: "110px", cell: (one) => <Took start={one.start_date} end={one.end_date} /> },
    { id: "host", header: "Host", width: "120px", cell: (one) => one.hostname ?? "–" },
    { id: "pid", header: "Process", width: "80px", cell: (one) => one.pid ?? "–" },
    { id: "version", header: "Version", width: "80px", cell: (one) => one.version_number ?? "–" },
    { id: "reason", header: "What it said", width: "minmax(160px, 2fr)", cell: (one) => one.reason ?? "" },
  ];
  return (
    <div className={classes.fields}>
      <DataTable label="Tries" rows={[...tries].reverse()} columns={columns} rowKey={(one) => String(one.try_number)} />
      {[...tries]
        .reverse()
        .map(
          (one) =>
            one.failure && <FailureCard key={one.try_number} failure={one.failure} title={`Try ${one.try_number}`} />,
        )}
    </div>
  );
}

export function Around({ of, view }: { of: InstanceKey; view: TaskView }) {
  const events = useQuery({
    queryKey: keys.task(of.dagId, of.runId, of.taskId, of.mapIndex, "asset-events"),
    queryFn: () =>
      data(
        api.GET("/api/v2/assets/events", {
          params: {
            query: {
              source_dag_id: of.dagId,
              source_run_id: of.runId,
              source_task_id: of.taskId,
              source_map_index: of.mapIndex,
            },
          },
        }),
      ),
  });
  return (
    <div className={classes.around}>
      <Neighbours title="Before it" of={of} found={view.upstream} empty="Nothing: it is among the first." />
      <Neighbours title="After it" of={of} found={view.downstream} empty="Nothing: it is among the last." />
      <div>
        <h2>Assets it has updated</h2>
        {events.data && events.data.asset_events.length > 0 ? (
          <ul>
            {events.data.asset_events.map((event) => (
              <li key={event.id}>
                <Link to={"/assets/$assetId" as never} params={{ assetId: String(event.asset_id) } as never}>
                  {event.name ?? event.uri}
                </Link>
                <Moment at={event.timestamp} />
              </li>
            ))}
          </ul>
        ) : (
          <span className="faint">None.</span>
        )}
      </div>
    </div>
  );
}

function Neighbours(given: { title: string; of: InstanceKey; found: TaskView["upstream"]; empty: string }) {
  const { title, of, found, empty } = given;
  return (
    <div>
      <h2>{title}</h2>
      {found.length === 0 && <span className="faint">{empty}</span>}
      <ul>
        {found.map((one) => (
          <li key={one.task_id}>
            <Link
              to="/dags/$dagId/runs/$runId/tasks/$taskId"
              params={{ dagId: of.dagId, runId: of.runId, taskId: one.task_id }}
              search={{}}
            >
              {one.task_id}
            </Link>
            <StateCounts counts={one.counts} hasWords={false} />
          </li>
        ))}
      </ul>
    </div>
  );
}

export function Details({ of, view }: { of: InstanceKey; view: TaskView }) {
  const one = view.instance;
  if (!one) return null;
  const facts: [string, React.ReactNode][] = [
    ["Operator", view.operator],
    ["State", <StateBadge key="state" state={one.state} />],
    ["Try", `${one.try_number} of ${one.max_tries + 1}`],
    ["Scheduled", <Moment key="scheduled" at={one.scheduled_when} style="full" />],
    ["Queued", <Moment key="queued" at={one.queued_when} style="full" />],
    ["Started", <Moment key="start" at={one.start_date} style="full" />],
    ["Ended", <Moment key="end" at={one.end_date} style="full" />],
    ["Took", <Took key="took" start={one.start_date} end={one.end_date} />],
    ["Pool", `${one.pool}, ${one.pool_slots} ${one.pool_slots === 1 ? "slot" : "slots"}`],
    ["Queue", one.queue ?? "–"],
    ["Executor", one.executor ?? "the default one"],
    ["Priority", one.priority_weight ?? "–"],
    ["Host", one.hostname ?? "–"],
    ["Process", one.pid ?? "–"],
    ["DAG version", one.dag_version?.version_number ?? "–"],
    [
      "Id",
      <span key="id" className="mono">
        {one.id}
      </span>,
    ],
  ];
  return (
    <>
      {view.doc_md && (
        <div style={{ padding: "12px 14px 0", fontSize: 13 }}>
          <Markdown text={view.doc_md} />
        </div>
      )}
      <dl className={classes.facts}>
        {facts.map(([name, value]) => (
          <div key={name} style={{ display: "contents" }}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <StateStore of={of} />
    </>
  );
}

/** What the task keeps from try to try, if it keeps anything. */
function StateStore({ of }: { of: InstanceKey }) {
  const stored = useQuery({
    queryKey: keys.task(of.dagId, of.runId, of.taskId, of.mapIndex, "state-store"),
    queryFn: () =>
      data(
        api.GET("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/state-store", {
          params: {
            path: { dag_id: of.dagId, dag_run_id: of.runId, task_id: of.taskId },
            query: { map_index: of.mapIndex },
          },
        }),
      ),
  });
  const entries = stored.data?.task_state_store ?? [];
  if (entries.length === 0) return null;
  return (
    <div className={classes.fields}>
      <h2>Kept from try to try</h2>
      {entries.map((one) => (
        <JsonTree key={one.key} name={one.key} value={one.value} />
      ))}
    </div>
  );
}
