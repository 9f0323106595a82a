// When the tasks of a run waited and worked.
import { Button, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { runUrl, taskUrl } from "@/shared/addresses";
import { Gantt } from "@/shared/gantt/Gantt";
import { ganttRows, predictedEnd, type RunView } from "@/shared/gantt/rows";
import { foldedOf, NONE } from "@/shared/graph/drawing";
import { lookOf } from "@/shared/states";
import { EmptyState } from "@/shared/ui/EmptyState";
import { StateBadge } from "@/shared/ui/StateIcon";
import { ErrorPanel, Loading } from "@/shared/ui/whole-page";
import type { TabProps } from "../DagPage";
import { nameOf } from "../grid/Head";
import { runViewQuery } from "../queries";

function groupsOf({ tasks, groups }: RunView) {
  return { tasks, groups: groups.map((group) => ({ id: group.group_id, parent: group.parent_id })) };
}

export function GanttTab({ dag, search, go }: TabProps) {
  const runs = [...dag.runs].reverse();
  const runId = search.run ?? runs[0]?.run_id;
  const { data: view, error, refetch } = useQuery({ ...runViewQuery(dag.dag_id, runId ?? ""), enabled: !!runId });
  const [hovered, setHovered] = useState<string>();
  const folded = useMemo(
    () => (view ? foldedOf(groupsOf(view), search.folded) : new Set<string>()),
    [view, search.folded],
  );
  const rows = useMemo(() => (view ? ganttRows(view, folded) : []), [view, folded]);
  if (runId === undefined) {
    return (
      <EmptyState title="There is no run yet" code={`tradewind dags trigger ${dag.dag_id}`}>
        A run's tasks are drawn here on a time axis.
      </EmptyState>
    );
  }
  if (error) return <ErrorPanel error={error} retry={() => void refetch()} />;
  const fold = (groups: Iterable<string>): void => go({ folded: [...groups].join(",") || NONE });
  const isListed = runs.some((run) => run.run_id === runId);
  return (
    <div>
      <div style={{ display: "flex", gap: 8, alignItems: "center", flexWrap: "wrap", marginBottom: 8 }}>
        <Select
          aria-label="Run"
          w={230}
          searchable
          allowDeselect={false}
          data={[
            ...(isListed ? [] : [{ value: runId, label: runId }]),
            ...runs.map((run) => ({ value: run.run_id, label: `${nameOf(run)} · ${lookOf(run.state).word}` })),
          ]}
          value={runId}
          onChange={(run) => go({ run: run ?? undefined, time: undefined })}
        />
        {view && <StateBadge state={view.run.state} />}
        <Button variant="default" component={Link} to={runUrl(dag.dag_id, runId)}>
          Open the run
        </Button>
        {view && view.groups.length > 0 && (
          <Button.Group>
            <Button variant="default" onClick={() => fold(view.groups.map((group) => group.group_id))}>
              Fold all
            </Button>
            <Button variant="default" disabled={folded.size === 0} onClick={() => fold([])}>
              Unfold all
            </Button>
          </Button.Group>
        )}
        {search.task && (
          <Button variant="light" component={Link} to={taskUrl(dag.dag_id, runId, search.task)}>
            Open {search.task}
          </Button>
        )}
      </div>
      {view ? (
        <div className="card" style={{ overflow: "hidden" }}>
          <Gantt
            label={`Tasks of ${runId}`}
            rows={rows}
            isLive={!view.run.end_date}
            predictedEnd={predictedEnd(view)}
            selected={search.task}
            onSelect={(task) => go({ task, run: runId })}
            onFold={(id) => {
              const next = new Set(folded);
              if (!next.delete(id)) next.add(id);
              fold(next);
            }}
            time={search.time}
            onTime={(time) => go({ time })}
            hovered={hovered}
            onHover={setHovered}
            maxHeight="calc(100vh - 300px)"
          />
        </div>
      ) : (
        <Loading />
      )}
    </div>
  );
}
