// The instances that an action would change, counted by task.
import { Loader } from "@mantine/core";
import { count, many } from "@/shared/format/numbers";
import { StateIcon } from "@/shared/ui/StateIcon";
import classes from "./act.module.css";
import type { Affected } from "./rerun";

interface Line {
  name: string;
  run: string;
  states: Map<string | null, number>;
}

/** One line for each task of each run. */
export function linesOf(affected: readonly Affected[]): Line[] {
  const lines = new Map<string, Line>();
  for (const one of affected) {
    const key = `${one.dag_id} ${one.dag_run_id} ${one.task_id}`;
    const line = lines.get(key) ?? { name: one.task_id, run: `${one.dag_id} · ${one.dag_run_id}`, states: new Map() };
    line.states.set(one.state, (line.states.get(one.state) ?? 0) + 1);
    lines.set(key, line);
  }
  return [...lines.values()];
}

export function AffectedList({
  affected,
  isLoading,
  here,
}: {
  affected: readonly Affected[] | undefined;
  isLoading: boolean;
  here: string;
}) {
  if (!affected) return isLoading ? <Loader size="xs" my="sm" /> : null;
  const lines = linesOf(affected);
  return (
    <div className={classes.affected} aria-busy={isLoading}>
      <div className={classes.total} role="status">
        {affected.length === 0 ? "Nothing would change." : `${many(affected.length, "task instance")} would change`}
      </div>
      <ul className={classes.list}>
        {lines.slice(0, 200).map((line) => (
          <li key={`${line.run} ${line.name}`}>
            <span className="ellipsis">
              {line.name}
              {line.run !== here && <span className="faint"> {line.run}</span>}
            </span>
            <span className="nowrap">
              {[...line.states].map(([state, number]) => (
                <span key={state} className={classes.state}>
                  <StateIcon state={state} size={13} /> {number > 1 ? count(number) : ""}
                </span>
              ))}
            </span>
          </li>
        ))}
        {lines.length > 200 && <li className="faint">and {count(lines.length - 200)} more tasks</li>}
      </ul>
    </div>
  );
}
