// What the signs of a Gantt chart mean, only those that it has; and the buttons for how much of the time it shows.
import { ActionIcon } from "@mantine/core";
import { IconArrowsHorizontal, IconZoomIn, IconZoomOut } from "@tabler/icons-react";
import { absolute } from "@/shared/format/time";
import classes from "./Gantt.module.css";
import type { GanttRow } from "./model";
import type { Zoom } from "./useZoom";

const GOOD = { "--tone": "var(--state-good)" } as React.CSSProperties;

export function Key({ rows, predicted, zoom }: { rows: GanttRow[]; predicted: number | undefined; zoom: Zoom }) {
  const hasRetries = rows.some((row) => row.segments.length > 1);
  const hasPath = rows.some((row) => row.isCritical);
  return (
    <div className={classes.key}>
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
      {zoom.isPossible && (
        <span className={classes.zoom} role="group" aria-label="Time shown">
          <ActionIcon size={24} aria-label="Zoom the time out" disabled={!zoom.isPart} onClick={zoom.farther}>
            <IconZoomOut size={15} />
          </ActionIcon>
          <ActionIcon size={24} aria-label="Zoom the time in" title="Or the wheel with Ctrl" onClick={zoom.closer}>
            <IconZoomIn size={15} />
          </ActionIcon>
          <ActionIcon size={24} aria-label="Show the whole time" disabled={!zoom.isPart} onClick={zoom.fit}>
            <IconArrowsHorizontal size={15} />
          </ActionIcon>
        </span>
      )}
    </div>
  );
}
