// Runs across, tasks down: the pattern of failures over time at a glance. What is selected stands beside it.
import { Button, Group, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { EmptyState } from "@/shared/ui/EmptyState";
import { ErrorPanel, Loading } from "@/shared/ui/whole-page";
import { gridQuery } from "../queries";
import type { DagSearch, Go } from "../search";
import classes from "./Grid.module.css";
import { Legend } from "./Legend";
import { useLiveGrid } from "./live";
import { rowsOf } from "./model";
import { Panel } from "./Panel";
import { Sheet } from "./Sheet";

const STATES = ["queued", "running", "success", "failed"];
const TYPES = ["scheduled", "manual", "backfill", "asset_triggered", "operator_triggered"];

export function GridTab({ dagId, search, go }: { dagId: string; search: DagSearch; go: Go }) {
  const { state, type, before } = search;
  const query = gridQuery(dagId, { state, type, before, beforeRun: search.before_run });
  const { data: grid, error, refetch, isPlaceholderData } = useQuery(query);
  useLiveGrid(dagId, query.queryKey);
  const folded = useMemo(() => new Set(search.folded?.split(",")), [search.folded]);
  const rows = useMemo(() => (grid ? rowsOf(grid, folded) : []), [grid, folded]);
  if (error) return <ErrorPanel error={error} retry={() => void refetch()} />;
  if (!grid) return <Loading />;
  const isFiltered = !!(state || type || before);
  const fold = (ids: Iterable<string>): void => go({ folded: [...ids].join(",") || undefined });
  return (
    <div>
      <div className={classes.tools}>
        <Select
          aria-label="Runs in state"
          placeholder="All states"
          clearable
          w={130}
          data={STATES}
          value={state ?? null}
          onChange={(value) => go({ state: value ?? undefined, before: undefined, before_run: undefined })}
        />
        <Select
          aria-label="Runs of type"
          placeholder="All types"
          clearable
          w={160}
          data={TYPES.map((one) => ({ value: one, label: one.replaceAll("_", " ") }))}
          value={type ?? null}
          onChange={(value) => go({ type: value ?? undefined, before: undefined, before_run: undefined })}
        />
        {grid.groups.length > 0 && (
          <Button.Group>
            <Button variant="default" onClick={() => fold(grid.groups.map((group) => group.id))}>
              Fold all
            </Button>
            <Button variant="default" onClick={() => fold([])} disabled={folded.size === 0 || !search.folded}>
              Unfold all
            </Button>
          </Button.Group>
        )}
        <Group gap={4} ml="auto">
          <Button
            variant="default"
            disabled={!grid.has_older}
            onClick={() => go({ before: grid.runs[0]?.run_after, before_run: grid.runs[0]?.run_id }, true)}
          >
            Older
          </Button>
          <Button
            variant="default"
            disabled={!before}
            onClick={() => go({ before: undefined, before_run: undefined }, true)}
          >
            Newest
          </Button>
        </Group>
      </div>
      {grid.runs.length === 0 ? (
        <NoRuns
          dagId={dagId}
          isFiltered={isFiltered}
          clear={() => go({ state: undefined, type: undefined, before: undefined, before_run: undefined })}
        />
      ) : (
        <div className={classes.frame} style={{ opacity: isPlaceholderData ? 0.6 : 1 }}>
          <Sheet grid={grid} rows={rows} search={search} folded={folded} fold={fold} go={go} />
          {(search.run || search.task) && <Panel dagId={dagId} grid={grid} rows={rows} search={search} go={go} />}
        </div>
      )}
      <Legend grid={grid} />
    </div>
  );
}

function NoRuns({ dagId, isFiltered, clear }: { dagId: string; isFiltered: boolean; clear: () => void }) {
  if (isFiltered) {
    return (
      <EmptyState title="No run is like that">
        <Button variant="default" onClick={clear}>
          Show all runs
        </Button>
      </EmptyState>
    );
  }
  return (
    <EmptyState title="This DAG has not run yet" code={`tradewind dags trigger ${dagId}`}>
      Press Trigger above, or start a run from a shell:
    </EmptyState>
  );
}
