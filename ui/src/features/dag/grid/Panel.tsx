// What is selected in the grid, in short, with the ways to its own page.
import { ActionIcon, Button } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { runUrl, taskUrl } from "@/shared/addresses";
import { Copyable } from "@/shared/ui/Copyable";
import { Moment, Took } from "@/shared/ui/Moment";
import { StateBadge } from "@/shared/ui/StateIcon";
import { type Grid, instanceQuery, type RunBar } from "../queries";
import type { DagSearch, Go } from "../search";
import classes from "./Grid.module.css";
import { countsOf, type GridRow } from "./model";

export function Panel(given: { dagId: string; grid: Grid; rows: GridRow[]; search: DagSearch; go: Go }) {
  const { dagId, grid, search } = given;
  const place = grid.runs.findIndex((run) => run.run_id === search.run);
  const run = grid.runs[place];
  const row = given.rows.find((one) => one.id === search.task);
  const counts = row && place >= 0 ? countsOf(grid, place, row.places) : {};
  const isOne = row?.kind === "task" && grid.cells[place]?.[row.places[0] ?? -1] !== "*";
  return (
    <aside className={`card ${classes.panel}`} aria-label="What is selected">
      <header>
        <h2>{row ? row.id : (search.task ?? "Run")}</h2>
        <ActionIcon size={22} aria-label="Close" onClick={() => given.go({ run: undefined, task: undefined })}>
          <IconX size={15} />
        </ActionIcon>
      </header>
      {row && run && <Counts counts={counts} />}
      {row && run && isOne && Object.keys(counts).length > 0 && (
        <Instance dagId={dagId} runId={run.run_id} taskId={row.id} />
      )}
      {row && run && row.kind === "task" && !isOne && (
        <div style={{ padding: "0 12px 10px" }}>
          <Button variant="light" component={Link} to={taskUrl(dagId, run.run_id, row.id)}>
            Open its instances
          </Button>
        </div>
      )}
      {run ? (
        <RunFacts dagId={dagId} run={run} hasTask={!!row} />
      ) : (
        <p className="faint" style={{ padding: "0 12px" }}>
          {search.run ? "This run is not among those shown." : "Choose a cell to see how it went in a run."}
        </p>
      )}
    </aside>
  );
}

function Counts({ counts }: { counts: Record<string, number> }) {
  const all = Object.entries(counts);
  return (
    <div style={{ display: "flex", gap: 4, flexWrap: "wrap", padding: "10px 12px 6px" }}>
      {all.length === 0 && <span className="faint">Not in this run</span>}
      {all.map(([state, count]) => (
        <StateBadge key={state} state={state} {...(count > 1 || all.length > 1 ? { count } : {})} />
      ))}
    </div>
  );
}

function Instance({ dagId, runId, taskId }: { dagId: string; runId: string; taskId: string }) {
  const { data: one } = useQuery(instanceQuery(dagId, runId, taskId));
  return (
    <>
      <dl className={classes.facts} style={{ minHeight: 96 }}>
        <dt>Started</dt>
        <dd>
          <Moment at={one?.start_date} />
        </dd>
        <dt>Took</dt>
        <dd>
          <Took start={one?.start_date} end={one?.end_date} />
        </dd>
        <dt>Try</dt>
        <dd>{one ? `${one.try_number} of ${Math.max(one.max_tries + 1, one.try_number)}` : "…"}</dd>
        <dt>Operator</dt>
        <dd>{one?.operator_name ?? "…"}</dd>
      </dl>
      <div style={{ padding: "0 12px 10px" }}>
        <Button variant="light" component={Link} to={taskUrl(dagId, runId, taskId)}>
          Open log and details
        </Button>
      </div>
    </>
  );
}

function RunFacts({ dagId, run, hasTask }: { dagId: string; run: RunBar; hasTask: boolean }) {
  return (
    <section style={hasTask ? { borderTop: "1px solid var(--line)" } : {}} aria-label="Run">
      <dl className={classes.facts}>
        <dt>Run</dt>
        <dd className={classes.id}>
          <Copyable text={run.run_id}>
            <Link to={runUrl(dagId, run.run_id)}>{run.run_id}</Link>
          </Copyable>
        </dd>
        <dt>State</dt>
        <dd>
          <StateBadge state={run.state} />
        </dd>
        <dt>Due</dt>
        <dd>
          <Moment at={run.run_after} style="full" />
        </dd>
        <dt>Started</dt>
        <dd>
          <Moment at={run.start_date} />
        </dd>
        <dt>Took</dt>
        <dd>
          <Took start={run.start_date} end={run.end_date} />
        </dd>
        <dt>Type</dt>
        <dd>{run.run_type.replaceAll("_", " ")}</dd>
        <dt>Version</dt>
        <dd>{run.version_number ?? "–"}</dd>
      </dl>
      <div style={{ padding: "0 12px 12px" }}>
        <Button variant={hasTask ? "default" : "light"} component={Link} to={runUrl(dagId, run.run_id)}>
          Open the run
        </Button>
      </div>
    </section>
  );
}
