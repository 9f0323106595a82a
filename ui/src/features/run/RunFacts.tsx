// What there is to know of a run in one strip: when, how long, why, with what.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import { duration } from "@/shared/format/time";
import { CodeToCopy } from "@/shared/ui/Copyable";
import { Moment, Took } from "@/shared/ui/Moment";
import { NoteEditor } from "@/shared/ui/NoteEditor";
import { StateBar, StateCounts } from "@/shared/ui/StateCounts";
import { type RunView, runResult } from "./queries";
import classes from "./RunPage.module.css";

const TRIGGERS: Record<string, string> = {
  rest_api: "the API",
  cli: "the command line",
  ui: "the web UI",
  operator: "another DAG",
  timetable: "its schedule",
  asset: "assets",
  backfill: "a backfill",
  test: "a test",
};

export function RunFacts({ view }: { view: RunView }) {
  const client = useQueryClient();
  const { run } = view;
  const by = run.triggered_by ? (TRIGGERS[run.triggered_by] ?? run.triggered_by) : "–";
  const saveNote = async (note: string | null): Promise<void> => {
    const path = { dag_id: run.dag_id, dag_run_id: run.dag_run_id };
    await api.PATCH("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}", { params: { path }, body: { note } });
    await client.invalidateQueries({ queryKey: keys.run(run.dag_id, run.dag_run_id) });
  };
  return (
    <section className={`card ${classes.facts}`} aria-label="About this run">
      <div className={classes.progress}>
        <StateBar counts={view.counts} />
        <StateCounts counts={view.counts} />
      </div>
      <dl className={classes.list}>
        <Fact name="Took">
          <Took start={run.start_date} end={run.end_date} />
          {view.usual_duration !== null && <span className="faint"> (usually {duration(view.usual_duration)})</span>}
        </Fact>
        <Fact name="Started">
          <Moment at={run.start_date} />
        </Fact>
        {run.end_date && (
          <Fact name="Ended">
            <Moment at={run.end_date} />
          </Fact>
        )}
        {run.logical_date && (
          <Fact name="Logical date">
            <Moment at={run.logical_date} style="full" />
          </Fact>
        )}
        {run.data_interval_start && run.data_interval_start !== run.data_interval_end && (
          <Fact name="Data of">
            <Moment at={run.data_interval_start} /> – <Moment at={run.data_interval_end} />
          </Fact>
        )}
        {run.partition_key && <Fact name="Partition">{run.partition_key}</Fact>}
        <Fact name="Started by">
          {by}
          {run.triggering_user_name && `, ${run.triggering_user_name}`}
        </Fact>
        {view.version_number !== null && (
          <Fact name="Version">
            <Link to="/dags/$dagId" params={{ dagId: run.dag_id }} search={{ tab: "code" } as never}>
              {view.version_number}
            </Link>
          </Fact>
        )}
        {view.deadlines.map((one) => (
          <Fact key={one.id} name={one.alert_name ?? "Deadline"}>
            <span className={one.state === "missed" ? classes.missed : undefined}>
              {one.state === "missed" ? "missed " : one.state === "met" ? "met " : ""}
              <Moment at={one.deadline_time} />
            </span>
          </Fact>
        ))}
        <Fact name="Note">
          <NoteEditor note={run.note} needs="edit:dag_run" dagId={run.dag_id} onSave={saveNote} />
        </Fact>
      </dl>
      {run.conf && Object.keys(run.conf).length > 0 && (
        <details className={classes.more}>
          <summary>Conf</summary>
          <CodeToCopy code={JSON.stringify(run.conf, null, 2)} />
        </details>
      )}
      {view.result_task_ids.length > 0 && <Result dagId={run.dag_id} runId={run.dag_run_id} />}
    </section>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Result({ dagId, runId }: { dagId: string; runId: string }) {
  const result = useQuery(runResult(dagId, runId));
  if (!result.data || result.data.result === null) return null;
  return (
    <details className={classes.more} open>
      <summary>Result</summary>
      <CodeToCopy code={JSON.stringify(result.data.result, null, 2)} />
    </details>
  );
}
