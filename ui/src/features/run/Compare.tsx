// Two runs of a DAG side by side: what they were started with, how they went, and what differs task by task.
import { ActionIcon, Select } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { duration } from "@/shared/format/time";
import { lookOf } from "@/shared/states";
import { Section } from "@/shared/ui/Page";
import { ErrorPanel, Loading } from "@/shared/ui/whole-page";
import { CompareFacts } from "./CompareFacts";
import { CompareTable } from "./CompareTable";
import { differencesOf } from "./differences";
import { type RunView, recentRuns, runView } from "./queries";

export function Compare(given: { view: RunView; otherId: string; onOther: (runId: string | undefined) => void }) {
  const { view, otherId, onOther } = given;
  const { dag_id: dagId, dag_run_id: runId } = view.run;
  const recent = useQuery(recentRuns(dagId));
  const isSame = otherId === runId;
  const other = useQuery({ ...runView(dagId, otherId), enabled: !isSame });
  const labels = new Map([[otherId, otherId]]);
  for (const run of recent.data?.dag_runs ?? []) {
    const took = run.duration === null ? "" : ` · ${duration(run.duration)}`;
    labels.set(run.dag_run_id, `${run.dag_run_id} · ${lookOf(run.state).word}${took}`);
  }
  labels.delete(runId);
  return (
    <Section
      title="Compared with"
      actions={
        <>
          <Select
            w="min(420px, 50vw)"
            size="xs"
            aria-label="The other run"
            placeholder="Choose a run"
            searchable
            value={isSame ? null : otherId}
            data={[...labels].map(([value, label]) => ({ value, label }))}
            onChange={(value) => value && onOther(value)}
          />
          <ActionIcon aria-label="End the comparison" onClick={() => onOther(undefined)}>
            <IconX size={15} />
          </ActionIcon>
        </>
      }
    >
      {isSame ? (
        <p className="faint" style={{ padding: "4px 14px" }}>
          {labels.size > 0 ? "Choose the run to compare with." : "The DAG has no other run yet."}
        </p>
      ) : other.error ? (
        <ErrorPanel error={other.error} retry={() => void other.refetch()} />
      ) : other.data ? (
        <Both mine={view} other={other.data} />
      ) : (
        <Loading />
      )}
    </Section>
  );
}

function Both({ mine, other }: { mine: RunView; other: RunView }) {
  const differences = useMemo(() => differencesOf(mine, other), [mine, other]);
  return (
    <div style={{ padding: 12, display: "flex", flexDirection: "column", gap: 12, minWidth: 0 }}>
      <CompareFacts mine={mine} other={other} differences={differences} />
      <CompareTable differences={differences} />
    </div>
  );
}
