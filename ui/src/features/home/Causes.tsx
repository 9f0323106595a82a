// What failed in the last day, by its cause: the last line of the newest failure stands here, a click leads to its log.
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { dagUrl, taskUrl } from "@/shared/addresses";
import { count, many } from "@/shared/format/numbers";
import { Moment } from "@/shared/ui/Moment";
import { Section } from "@/shared/ui/Page";
import { StateIcon } from "@/shared/ui/StateIcon";
import classes from "./HomePage.module.css";
import type { Cause } from "./queries";

const DAGS_SHOWN = 3;
const SHOWN = 6;

export function Causes({ causes }: { causes: Cause[] }) {
  const [isAll, setAll] = useState(false);
  const ordered = [...causes.filter((cause) => !cause.is_over), ...causes.filter((cause) => cause.is_over)];
  const shown = isAll ? ordered : ordered.slice(0, SHOWN);
  return (
    <Section title="Failures, by cause" actions={<span className="faint">last 24 hours</span>}>
      <ul className={classes.list}>
        {shown.map((cause) => (
          <CauseLine key={`${cause.dag_id} ${cause.run_id} ${cause.task_id} ${cause.map_index}`} cause={cause} />
        ))}
      </ul>
      {ordered.length > SHOWN && (
        <button type="button" className={classes.more} onClick={() => setAll(!isAll)}>
          {isAll ? "Show fewer" : `Show ${count(ordered.length - SHOWN)} more`}
        </button>
      )}
    </Section>
  );
}

function CauseLine({ cause }: { cause: Cause }) {
  const { dag_id, run_id, task_id, map_index } = cause;
  const message =
    cause.kind && cause.message.startsWith(`${cause.kind}: `)
      ? cause.message.slice(cause.kind.length + 2)
      : cause.message;
  return (
    <li className={classes.cause} data-over={cause.is_over}>
      <span className={classes.lineIcon}>
        <StateIcon state={cause.is_over ? "success" : "failed"} size={15} label={false} />
      </span>
      <div className={classes.lineText}>
        <Link
          to={taskUrl(dag_id, run_id, task_id)}
          search={(map_index >= 0 ? { map_index } : {}) as never}
          className={classes.causeTitle}
          title={cause.message}
        >
          {cause.kind && <b>{cause.kind} </b>}
          <span className="mono">{message === cause.kind ? "" : message}</span>
        </Link>
        <div className={`faint ${classes.lineMore}`}>
          {cause.dag_ids.slice(0, DAGS_SHOWN).map((dagId) => (
            <Link key={dagId} to={dagUrl(dagId)}>
              {dagId}
            </Link>
          ))}
          {cause.dag_ids.length > DAGS_SHOWN && <span>and {cause.dag_ids.length - DAGS_SHOWN} more</span>}
          <span>
            task {task_id}
            {map_index >= 0 && ` [${map_index}]`}
          </span>
          {cause.place && <span className="mono">{cause.place}</span>}
          {cause.is_over && <span className={classes.over}>succeeded since</span>}
        </div>
      </div>
      <div className={classes.causeEnd}>
        <b title={many(cause.count, "failure")}>{count(cause.count)}×</b>
        <span className="faint">
          <Moment at={cause.at} style="relative" />
        </span>
      </div>
    </li>
  );
}
