// Home: is everything well, and if not, what needs a person; then what has run lately and what comes next.
import { useQuery } from "@tanstack/react-query";
import { count } from "@/shared/format/numbers";
import { EmptyState } from "@/shared/ui/EmptyState";
import { Page } from "@/shared/ui/Page";
import { ErrorPanel, Loading } from "@/shared/ui/whole-page";
import type { Hours } from "./axis";
import { Causes } from "./Causes";
import classes from "./HomePage.module.css";
import { Night } from "./Night";
import { Health } from "./parts";
import { type Home, homeQuery } from "./queries";
import { BrokenFiles, Late, Questions } from "./Waiting";

const FIRST_DAG = `from tradewind import dag, task


@dag(schedule="*/5 * * * *")
def hello():
    @task
    def fetch():
        return ["Ada", "Grace"]

    @task
    def greet(name):
        print(f"hello {name}")

    greet.expand(name=fetch())


hello()
`;

export function HomePage({ hours, onHours }: { hours: Hours; onHours: (hours: Hours) => void }) {
  const { data: home, error, refetch } = useQuery(homeQuery);
  if (!home) {
    return <Page title="Home">{error ? <ErrorPanel error={error} retry={() => void refetch()} /> : <Loading />}</Page>;
  }
  const open = home.causes.filter((cause) => !cause.is_over);
  const isBusy = home.causes.length + home.questions.length + lateOf(home) + home.import_errors.length > 0;
  if (home.counts.dags === 0 && home.total_import_errors === 0) {
    return (
      <Page title="Home" heading="Welcome" actions={<Health home={home} />}>
        <EmptyState title="Your first DAG" code={FIRST_DAG}>
          Save this as <code>hello.py</code> in the DAGs folder. It shows up here within seconds: switch it on, and
          watch it run.
        </EmptyState>
      </Page>
    );
  }
  return (
    <Page title="Home" heading={headline(home, open.length)} actions={<Health home={home} />}>
      <Numbers home={home} />
      {isBusy && (
        <div className={classes.columns}>
          <div className={classes.column}>
            {home.causes.length > 0 && <Causes causes={home.causes} />}
            {home.causes.length === 0 && <p className={classes.calm}>No run has failed in the last 24 hours.</p>}
          </div>
          <div className={classes.column}>
            {home.questions.length > 0 && <Questions questions={home.questions} />}
            {lateOf(home) > 0 && <Late home={home} />}
            {home.import_errors.length > 0 && (
              <BrokenFiles errors={home.import_errors} total={home.total_import_errors} />
            )}
          </div>
        </div>
      )}
      <Night rows={home.night} hours={hours} onHours={onHours} />
    </Page>
  );
}

function lateOf(home: Home): number {
  return home.deadlines.length + home.late.length + home.stuck.length;
}

function headline(home: Home, open: number): string {
  const ill = home.health.filter((part) => !part.is_healthy).length;
  // Files that cannot be read are one thing: often it is one module that is missing.
  const needs = open + home.questions.length + lateOf(home) + Math.min(home.total_import_errors, 1) + ill;
  if (needs === 0) return "All is well";
  return needs === 1 ? "One thing needs you" : `${count(needs)} things need you`;
}

function Numbers({ home }: { home: Home }) {
  const { counts } = home;
  const parts: [string, string][] = [
    [count(counts.running_runs), counts.running_runs === 1 ? "run goes on" : "runs go on"],
    [count(counts.queued_runs), "queued"],
    [`${count(counts.running_tasks)} / ${count(counts.parallelism)}`, "tasks at work"],
    [count(counts.succeeded_runs), "succeeded in 24 h"],
    [count(counts.failed_runs), "failed in 24 h"],
    [`${count(counts.active_dags)} / ${count(counts.dags)}`, "DAGs active"],
  ];
  return (
    <ul className={classes.numbers} aria-label="In numbers">
      {parts.map(([value, words]) => (
        <li key={words}>
          <b data-bad={words.startsWith("failed") && counts.failed_runs > 0}>{value}</b> <span>{words}</span>
        </li>
      ))}
    </ul>
  );
}
