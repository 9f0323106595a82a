// One entry of the audit log whole: what changed, and all that is known of the action.
import { Drawer } from "@mantine/core";
import type { Schemas } from "@/shared/api/schemas";
import { Copyable } from "@/shared/ui/Copyable";
import { Moment } from "@/shared/ui/Moment";
import { differences, inWords, shown } from "./differences";
import classes from "./EntryDetails.module.css";

const WORD = { added: "added", removed: "removed", changed: "changed", same: "" } as const;

export function EntryDetails({ entry, onClose }: { entry: Schemas["AuditEntryResponse"]; onClose: () => void }) {
  const parts = differences(entry.before, entry.after);
  const facts: [string, React.ReactNode][] = [
    ["When", <Moment key="when" at={entry.timestamp} style="full" />],
    ["Who", entry.owner],
    ["From", [entry.address, entry.via && `by ${entry.via}`].filter(Boolean).join(", ")],
    ["To which thing", [entry.resource?.replaceAll("_", " "), entry.name].filter(Boolean).join(" ")],
    ["DAG", entry.dag_id],
    ["Run", entry.run_id],
    ["Task", entry.task_id],
    ["Workspace", entry.workspace],
    ["Entry", String(entry.id)],
    ["Hash", entry.hash && <Copyable key="hash" text={entry.hash} />],
  ];
  return (
    <Drawer opened onClose={onClose} position="right" size="xl" title={inWords(entry.event)}>
      <dl className={classes.facts}>
        {facts
          .filter(([, fact]) => fact)
          .map(([name, fact]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{fact}</dd>
            </div>
          ))}
      </dl>
      {parts.length > 0 && (
        <>
          <h3 className={classes.heading}>What it was and what it is</h3>
          <table className={classes.table}>
            <thead>
              <tr>
                <th scope="col">Part</th>
                <th scope="col">Before</th>
                <th scope="col">After</th>
              </tr>
            </thead>
            <tbody>
              {parts.map((one) => (
                <tr key={one.part} data-change={one.change}>
                  <th scope="row">
                    {one.part} {one.change !== "same" && <span className={classes.change}>{WORD[one.change]}</span>}
                  </th>
                  <td className={classes.before}>{one.before ?? <span className="faint">–</span>}</td>
                  <td className={classes.after}>{one.after ?? <span className="faint">–</span>}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {parts.some((one) => one.before === "***" || one.after === "***") && (
            <p className="faint">*** stands for a secret, which the log never holds.</p>
          )}
        </>
      )}
      {entry.extra !== null && entry.extra !== undefined && (
        <>
          <h3 className={classes.heading}>What was asked for</h3>
          <table className={classes.table}>
            <tbody>
              {differences(null, entry.extra).map((one) => (
                <tr key={one.part}>
                  <th scope="row">{one.part}</th>
                  <td>{shown(one.after)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </Drawer>
  );
}
