// What the signs of a Gantt chart mean; only those that it has.
import { absolute } from "@/shared/format/time";
import classes from "./Gantt.module.css";
import type { GanttRow } from "./model";

const GOOD = { "--tone": "var(--state-good)" } as React.CSSProperties;

export function Key({ rows, predicted }: { rows: GanttRow[]; predicted: number | undefined }) {
  const hasRetries = rows.some((row) => row.segments.length > 1);
  const hasPath = rows.some((row) => row.isCritical);
  return (
    <p className={classes.key}>
      <span>
        <i className={classes.waited} />
        waits
      </span>
      <span>
        <i className={classes.worked} style={GOOD} />
        works{hasRetries && "; the number is the try"}
      </span>
      {hasPath && (
        <span>
          <i className={classes.worked} data-critical style={GOOD} />
          on the critical path
        </span>
      )}
      {predicted !== undefined && (
        <span>
          <i className={classes.predicted} />
          usually over by {absolute(predicted).slice(11)}
        </span>
      )}
    </p>
  );
}
