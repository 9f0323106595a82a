// The tasks of a run: when each waited and worked, and beside it how they hang together.
import { Button, SegmentedControl } from "@mantine/core";
import { useMemo, useState } from "react";
import { Gantt } from "@/shared/gantt/Gantt";
import type { GanttRow } from "@/shared/gantt/model";
import { ganttRows, predictedEnd } from "@/shared/gantt/rows";
import { foldedOf, NONE } from "@/shared/graph/drawing";
import { Section } from "@/shared/ui/Page";
import { Split } from "@/shared/ui/Split";
import { WhyButton } from "@/shared/why/Why";
import type { RunView } from "./queries";
import { RunGraph } from "./RunGraph";
import classes from "./RunPage.module.css";
import type { RunSearch, RunView as Shown } from "./search";
import { useStructure } from "./structure";

const IDLE = new Set([
  "scheduled",
  "queued",
  "up_for_retry",
  "up_for_reschedule",
  "deferred",
  "upstream_failed",
  "skipped",
]);
const SHARE = 58;
const ROW_PX = 30;
/** Head and key of the chart. */
const AROUND_PX = 64;
const LEAST_PX = 300;

export function RunTasks(given: {
  view: RunView;
  search: RunSearch;
  put: (changes: Partial<Record<keyof RunSearch, string | number | undefined>>) => void;
}) {
  const { view, search, put } = given;
  const { run } = view;
  const [hovered, setHovered] = useState<string>();
  const structure = useStructure(view);
  const folded = useMemo(() => foldedOf(structure, search.fold), [structure, search.fold]);
  const rows = useMemo(() => ganttRows(view, folded), [view, folded]);
  const putFolded = (groups: Iterable<string>): void => put({ fold: [...groups].join(",") || NONE });
  const fold = (id: string): void => {
    const next = new Set(folded);
    if (!next.delete(id)) next.add(id);
    putFolded(next);
  };
  const choose = (task: string | undefined): void => put({ task, map_index: undefined, try: undefined, at: undefined });
  const shown = search.view ?? "both";
  const height = `clamp(${LEAST_PX}px, ${rows.length * ROW_PX + AROUND_PX}px, max(${LEAST_PX}px, 54vh))`;
  const gantt = (
    <Gantt
      label="Tasks of the run"
      rows={rows}
      isLive={run.end_date === null}
      predictedEnd={predictedEnd(view)}
      selected={search.task}
      onSelect={choose}
      onFold={fold}
      time={search.time}
      onTime={(time) => put({ time })}
      hovered={hovered}
      onHover={setHovered}
      aside={(row) => <Aside row={row} dagId={run.dag_id} runId={run.dag_run_id} />}
    />
  );
  const graph = (
    <div className={classes.graph}>
      <RunGraph
        view={view}
        structure={structure}
        folded={folded}
        selected={search.task}
        onSelect={choose}
        onFold={fold}
        hovered={hovered}
        onHover={setHovered}
        aspect={shown === "both" ? 1.1 : 2.4}
      />
    </div>
  );
  return (
    <Section
      title={`Tasks (${view.tasks.length})`}
      actions={
        rows.length > 0 && (
          <>
            {view.groups.length > 0 && (
              <Button.Group>
                <Button
                  size="compact-xs"
                  variant="default"
                  onClick={() => putFolded(view.groups.map((group) => group.group_id))}
                >
                  Fold all
                </Button>
                <Button size="compact-xs" variant="default" disabled={folded.size === 0} onClick={() => putFolded([])}>
                  Unfold all
                </Button>
              </Button.Group>
            )}
            <SegmentedControl
              size="xs"
              aria-label="How the tasks are shown"
              value={shown}
              onChange={(value) => put({ view: value === "both" ? undefined : (value as Shown) })}
              data={[
                { value: "gantt", label: "Gantt" },
                { value: "both", label: "Both" },
                { value: "graph", label: "Graph" },
              ]}
            />
          </>
        )
      }
    >
      {rows.length === 0 ? (
        <div className={classes.hint}>The run has no tasks yet: the scheduler makes them when it starts.</div>
      ) : (
        <div className={classes.tasks} data-view={shown} style={{ "--height": height } as React.CSSProperties}>
          {shown === "both" ? (
            <Split
              label="Move the line between the chart and the graph"
              share={search.split ?? SHARE}
              onShare={(share) => put({ split: share === SHARE ? undefined : share })}
              first={gantt}
              second={graph}
            />
          ) : shown === "gantt" ? (
            gantt
          ) : (
            graph
          )}
        </div>
      )}
    </Section>
  );
}

/** "Why?" beside what waits, or did not run. */
function Aside({ row, dagId, runId }: { row: GanttRow; dagId: string; runId: string }) {
  if (row.kind !== "task" || (row.state !== null && !IDLE.has(row.state))) return null;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only keeps a click on the button from choosing the row too
    // biome-ignore lint/a11y/useKeyWithClickEvents: the button inside is what is pressed
    <span onClick={(event) => event.stopPropagation()}>
      <WhyButton of={{ dagId, runId, taskId: row.key }} />
    </span>
  );
}
