// What two runs are as wholes: one sentence, then fact beside fact, those that differ marked.
import { Link } from "@tanstack/react-router";
import { many } from "@/shared/format/numbers";
import { duration } from "@/shared/format/time";
import { Moment } from "@/shared/ui/Moment";
import { StateBadge } from "@/shared/ui/StateIcon";
import classes from "./Compare.module.css";
import { confDifferences, type Difference } from "./differences";
import type { RunView } from "./queries";

interface Fact {
  name: string;
  mine: React.ReactNode;
  other: React.ReactNode;
  isOther: boolean;
}

export function CompareFacts(given: { mine: RunView; other: RunView; differences: Difference[] }) {
  const { mine, other, differences } = given;
  return (
    <>
      <p className={classes.summary}>{summaryOf(mine, other, differences)}</p>
      <div className={classes.wide}>
        <table className={classes.facts}>
          <thead>
            <tr>
              <td />
              <th scope="col">
                <span className={classes.sign} data-side="mine" /> This run
              </th>
              <th scope="col">
                <span className={classes.sign} data-side="other" />{" "}
                <Link to="/dags/$dagId/runs/$runId" params={{ dagId: other.run.dag_id, runId: other.run.dag_run_id }}>
                  {other.run.dag_run_id}
                </Link>
              </th>
            </tr>
          </thead>
          <tbody>
            {factsOf(mine, other).map((fact) => (
              <tr key={fact.name} data-other={fact.isOther}>
                <th scope="row">{fact.name}</th>
                <td>{fact.mine}</td>
                <td>{fact.other}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

/** The whole comparison in a sentence. */
function summaryOf(mine: RunView, other: RunView, differences: Difference[]): string {
  const words: string[] = [];
  const [took, otherTook] = [mine.run.duration, other.run.duration];
  if (took !== null && otherTook !== null) {
    const change = took - otherTook;
    const share =
      otherTook > 0 ? ` (${change > 0 ? "+" : "−"}${Math.round((Math.abs(change) / otherTook) * 100)} %)` : "";
    words.push(
      Math.abs(change) < 0.05
        ? "Both took about as long"
        : `This run took ${duration(Math.abs(change))} ${change > 0 ? "longer" : "less"}${share}`,
    );
  }
  const ended = differences.filter((one) => one.isOther).length;
  words.push(ended === 0 ? "all tasks ended alike" : `${many(ended, "task")} ended otherwise`);
  const grown = differences.find((one) => !one.isOther && one.change !== null && Math.abs(one.change) >= 0.05);
  if (grown?.change) {
    words.push(
      `most of it ${grown.taskId}, ${duration(Math.abs(grown.change))} ${grown.change > 0 ? "longer" : "shorter"}`,
    );
  }
  const text = words.join("; ");
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function factsOf(mine: RunView, other: RunView): Fact[] {
  const fact = (name: string, of: (view: RunView) => React.ReactNode, isOther: boolean): Fact => ({
    name,
    mine: of(mine),
    other: of(other),
    isOther,
  });
  const isOtherVersion = mine.version_number !== other.version_number;
  const conf = confDifferences(mine.run.conf, other.run.conf);
  const given = (value: string | undefined): React.ReactNode =>
    value === undefined ? <span className="faint">not given</span> : <code className="mono">{value}</code>;
  return [
    fact("State", (view) => <StateBadge state={view.run.state} />, mine.run.state !== other.run.state),
    fact("Took", (view) => duration(view.run.duration), false),
    fact("Started", (view) => <Moment at={view.run.start_date} style="full" />, false),
    ...(mine.run.logical_date || other.run.logical_date
      ? [fact("Logical date", (view) => <Moment at={view.run.logical_date} style="full" />, false)]
      : []),
    fact("Type", (view) => view.run.run_type.replaceAll("_", " "), mine.run.run_type !== other.run.run_type),
    {
      ...fact("Version", (view) => view.version_number ?? "–", isOtherVersion),
      ...(isOtherVersion && mine.version_number !== null ? { mine: <Version mine={mine} other={other} /> } : {}),
    },
    fact("Task instances", (view) => view.total, mine.total !== other.total),
    ...conf.map((one) => ({
      name: `Conf: ${one.name}`,
      mine: given(one.mine),
      other: given(one.other),
      isOther: true,
    })),
  ];
}

/** The version, and the way to what changed in the code. */
function Version({ mine, other }: { mine: RunView; other: RunView }) {
  return (
    <>
      {mine.version_number} ·{" "}
      <Link
        to="/dags/$dagId"
        params={{ dagId: mine.run.dag_id }}
        search={{ tab: "code", version: mine.version_number, against: other.version_number } as never}
      >
        what changed in the code
      </Link>
    </>
  );
}
