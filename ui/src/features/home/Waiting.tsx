// What waits for a person, what is late, and the files that cannot be read.
import { IconAlertTriangle, IconClockExclamation, IconHourglass, IconPlayerPause } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { dagUrl, runUrl, taskUrl } from "@/shared/addresses";
import { count, many } from "@/shared/format/numbers";
import { Moment } from "@/shared/ui/Moment";
import { Section } from "@/shared/ui/Page";
import { StateIcon } from "@/shared/ui/StateIcon";
import classes from "./HomePage.module.css";
import { Line } from "./parts";
import type { Home } from "./queries";

const FILES_SHOWN = 4;

export function Questions({ questions }: { questions: Home["questions"] }) {
  return (
    <Section title="Waiting for a person" actions={<Link to={"/approvals" as string}>All</Link>}>
      <ul className={classes.list}>
        {questions.map((one) => (
          <Line
            key={`${one.dag_id} ${one.run_id} ${one.task_id} ${one.map_index}`}
            icon={<StateIcon state="awaiting_input" size={15} label={false} />}
            to={taskUrl(one.dag_id, one.run_id, one.task_id)}
            search={one.map_index >= 0 ? { map_index: one.map_index } : {}}
            title={one.subject || one.task_id}
          >
            <span>{one.dag_id}</span>
            <span>
              asked <Moment at={one.created_at} style="relative" />
            </span>
            {one.deadline && (
              <span>
                until <Moment at={one.deadline} />
              </span>
            )}
          </Line>
        ))}
      </ul>
    </Section>
  );
}

export function Late({ home }: { home: Home }) {
  return (
    <Section title="Late or held up">
      <ul className={classes.list}>
        {home.deadlines.map((one) => (
          <Line
            key={`${one.dag_id} ${one.run_id} ${one.task_id} ${one.deadline_time}`}
            icon={<IconClockExclamation size={16} className={one.is_missed ? classes.bad : classes.warn} />}
            to={one.run_id ? runUrl(one.dag_id, one.run_id) : dagUrl(one.dag_id)}
            title={one.task_id ? `${one.dag_id}, task ${one.task_id}` : one.dag_id}
          >
            <span>{one.is_missed ? "missed its deadline" : "is likely to miss its deadline"}</span>
            {one.name && <span>{one.name}</span>}
            <Moment at={one.deadline_time} />
          </Line>
        ))}
        {home.late.map((one) => (
          <Line
            key={one.dag_id}
            icon={<IconHourglass size={16} className={classes.warn} />}
            to={dagUrl(one.dag_id)}
            title={one.dag_id}
          >
            <span>
              a run was due <Moment at={one.due_at} style="relative" /> and has not been made
            </span>
          </Line>
        ))}
        {home.stuck.map((one) => (
          <Line
            key={one.dag_id}
            icon={
              one.is_paused ? (
                <IconPlayerPause size={16} className={classes.warn} />
              ) : (
                <IconHourglass size={16} className={classes.warn} />
              )
            }
            to={dagUrl(one.dag_id)}
            title={one.dag_id}
          >
            <span>
              {many(one.count, "queued run")} {one.is_paused ? "of a paused DAG" : "wait"} since{" "}
              <Moment at={one.since} />
            </span>
          </Line>
        ))}
      </ul>
    </Section>
  );
}

export function BrokenFiles({ errors, total }: { errors: Home["import_errors"]; total: number }) {
  return (
    <Section
      title="Files that cannot be imported"
      actions={<Link to={"/import-errors" as string}>{total > FILES_SHOWN ? `All ${count(total)}` : "All"}</Link>}
    >
      <ul className={classes.list}>
        {errors.slice(0, FILES_SHOWN).map((one) => (
          <Line
            key={one.id}
            icon={<IconAlertTriangle size={16} className={classes.bad} />}
            to="/import-errors"
            title={one.file}
          >
            <span className="mono">{one.message}</span>
          </Line>
        ))}
      </ul>
    </Section>
  );
}
