// What the DAG is set to, and its own words about itself.

import { useQuery } from "@tanstack/react-query";
import { api, data } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import { duration } from "@/shared/format/time";
import { CodeToCopy, Copyable } from "@/shared/ui/Copyable";
import { Markdown } from "@/shared/ui/Markdown";
import { Moment } from "@/shared/ui/Moment";
import { Section } from "@/shared/ui/Page";
import type { TabProps } from "../DagPage";
import { scheduleOf } from "../Header";
import classes from "./Details.module.css";

export function DetailsTab({ dag }: TabProps) {
  const rows: [string, React.ReactNode][] = [
    ["Id", <Copyable key="id" text={dag.dag_id} />],
    ["Schedule", scheduleOf(dag)],
    ["In words", dag.schedule_description || "–"],
    ["Time zone", dag.timezone],
    ["Begins", <Moment key="start" at={dag.start_date} style="full" />],
    ["Ends", <Moment key="end" at={dag.end_date} style="full" />],
    ["Catches up on missed runs", dag.catchup ? "yes" : "no"],
    ["Runs at a time", dag.max_active_runs],
    ["Tasks at a time", dag.max_active_tasks],
    ["Longest a run may take", dag.run_timeout_s === null ? "as long as it wants" : duration(dag.run_timeout_s)],
    ["Pauses after failed runs in a row", dag.max_consecutive_failed_runs || "never"],
    ["Kinds of runs allowed", dag.allowed_run_types?.map((one) => one.replaceAll("_", " ")).join(", ") ?? "all"],
    ["File", <Copyable key="file" text={dag.fileloc} />],
    ["Bundle", `${dag.bundle_name}${dag.bundle_version ? `, version ${dag.bundle_version}` : ""}`],
    ["Read last", <Moment key="parsed" at={dag.last_parsed_at} style="full" />],
    ["Reading took", duration(dag.last_parse_duration_s)],
  ];
  return (
    <div className={classes.columns}>
      <Section title="Settings">
        <dl className={classes.facts}>
          {rows.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </Section>
      <div className={classes.side}>
        {dag.doc_md && (
          <Section title="About">
            <div className={classes.doc}>
              <Markdown text={dag.doc_md} />
            </div>
          </Section>
        )}
        <NextRuns dagId={dag.dag_id} />
        {Object.keys(dag.default_args).length > 0 && (
          <Section title="Default arguments">
            <div style={{ padding: 10 }}>
              <CodeToCopy code={JSON.stringify(dag.default_args, null, 2)} label="Copy the arguments" />
            </div>
          </Section>
        )}
      </div>
    </div>
  );
}

function NextRuns({ dagId }: { dagId: string }) {
  const { data: next } = useQuery({
    queryKey: keys.dag(dagId, "live", "next"),
    queryFn: () =>
      data(api.GET("/api/v2/dags/{dag_id}/nextRuns", { params: { path: { dag_id: dagId }, query: { limit: 6 } } })),
    retry: false,
  });
  if (!next || (next.next_runs.length === 0 && next.notes.length === 0)) return null;
  return (
    <Section title="The next runs">
      <ul className={classes.list}>
        {next.next_runs.map((run) => (
          <li key={run.run_after}>
            <Moment at={run.run_after} style="full" />
          </li>
        ))}
        {next.notes.map((note) => (
          <li key={note} className="faint">
            {note}
          </li>
        ))}
      </ul>
    </Section>
  );
}
