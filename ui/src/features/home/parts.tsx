// Small parts of the home page: health, and a line of a list.
import { Tooltip } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { relative } from "@/shared/format/time";
import { StateIcon } from "@/shared/ui/StateIcon";
import classes from "./HomePage.module.css";
import { type Home, healthQuery } from "./queries";

const NAMES = { scheduler: "Scheduler", dag_processor: "DAG files", triggerer: "Triggerer" } as const;

/** Whether each part of the system lives. */
export function Health({ home }: { home: Home }) {
  const { data: parts } = useQuery(healthQuery(home));
  return (
    <>
      {parts.map((part) => (
        <Tooltip
          key={part.name}
          label={part.heartbeat ? `Heard ${relative(part.heartbeat, Date.parse(home.now))}` : "Never heard of"}
        >
          <Link to={"/jobs" as string} className={classes.health} data-ill={!part.is_healthy}>
            <StateIcon state={part.is_healthy ? "success" : "failed"} size={12} label={false} />
            {NAMES[part.name]}
            {part.is_healthy ? <span className="sr-only">is healthy</span> : " is silent"}
          </Link>
        </Tooltip>
      ))}
    </>
  );
}

/** What it is, where it leads; below, in fainter letters, what else is to be known. */
export function Line(given: {
  icon: React.ReactNode;
  to: string;
  search?: Record<string, unknown>;
  title: React.ReactNode;
  children?: React.ReactNode;
}) {
  return (
    <li className={classes.line}>
      <span className={classes.lineIcon}>{given.icon}</span>
      <div className={classes.lineText}>
        <Link to={given.to} search={(given.search ?? {}) as never} className={classes.lineTitle}>
          {given.title}
        </Link>
        <div className={`faint ${classes.lineMore}`}>{given.children}</div>
      </div>
    </li>
  );
}
