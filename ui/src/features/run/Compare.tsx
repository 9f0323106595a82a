// Two runs of a DAG side by side: what differs between them, task by task.
import { ActionIcon, Select } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { duration } from "@/shared/format/time";
import { worstOf } from "@/shared/states";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { Section } from "@/shared/ui/Page";
import { StateBadge, StateIcon } from "@/shared/ui/StateIcon";
import { ErrorPanel, Loading } from "@/shared/ui/whole-page";
import { type Difference, differencesOf } from "./differences";
import { type RunView, recentRuns, runView } from "./queries";

export function Compare(given: { view: RunView; otherId: string; onOther: (runId: string | undefined) => void }) {
  const { view, otherId, onOther } = given;
  const { dag_id: dagId, dag_run_id: runId } = view.run;
  const recent = useQuery(recentRuns(dagId));
  const isSame = otherId === runId;
  const other = useQuery({ ...runView(dagId, otherId), enabled: !isSame });
  const ids = new Set([otherId, ...(recent.data?.dag_runs ?? []).map((run) => run.dag_run_id)]);
  ids.delete(runId);
  return (
    <Section
      title="Compared with"
      actions={
        <>
          <Select
            w={320}
            size="xs"
            aria-label="The other run"
            placeholder="Choose a run"
            searchable
            value={isSame ? null : otherId}
            data={[...ids]}
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
          {ids.size > 0 ? "Choose the run to compare with." : "The DAG has no other run yet."}
        </p>
      ) : other.error ? (
        <ErrorPanel error={other.error} retry={() => void other.refetch()} />
      ) : other.data ? (
        <Table mine={view} other={other.data} />
      ) : (
        <Loading />
      )}
    </Section>
  );
}

function Table({ mine, other }: { mine: RunView; other: RunView }) {
  const rows = differencesOf(mine, other);
  const side = (seconds: number | null, counts: Record<string, number> | undefined): React.ReactNode =>
    counts ? (
      <span>
        <StateIcon state={worstOf(counts)} size={13} /> {seconds === null ? "" : duration(seconds)}
      </span>
    ) : (
      <span className="faint">not in it</span>
    );
  const columns: Column<Difference>[] = [
    { id: "task", header: "Task", width: "minmax(180px, 2fr)", cell: (row) => row.taskId },
    { id: "mine", header: "This run", width: "140px", cell: (row) => side(row.mine, row.mineCounts) },
    { id: "other", header: "The other", width: "140px", cell: (row) => side(row.other, row.otherCounts) },
    {
      id: "change",
      header: "Difference",
      width: "minmax(120px, 1fr)",
      cell: (row) => {
        if (row.mine === null || row.other === null) return "";
        const change = row.mine - row.other;
        if (Math.abs(change) < 0.05) return <span className="faint">about the same</span>;
        return `${duration(Math.abs(change))} ${change > 0 ? "longer" : "shorter"}`;
      },
    },
  ];
  const facts: [string, React.ReactNode, React.ReactNode][] = [
    ["State", <StateBadge key="a" state={mine.run.state} />, <StateBadge key="b" state={other.run.state} />],
    ["Took", duration(mine.run.duration), duration(other.run.duration)],
    ["Version", mine.version_number ?? "–", other.version_number ?? "–"],
    ["Conf", JSON.stringify(mine.run.conf ?? {}), JSON.stringify(other.run.conf ?? {})],
  ];
  return (
    <div style={{ padding: 12, display: "flex", flexDirection: "column", gap: 12 }}>
      <table style={{ borderSpacing: "18px 2px", fontSize: 13, marginLeft: -18 }}>
        <thead>
          <tr style={{ textAlign: "left" }}>
            <td />
            <th>{mine.run.dag_run_id}</th>
            <th>
              <Link to="/dags/$dagId/runs/$runId" params={{ dagId: other.run.dag_id, runId: other.run.dag_run_id }}>
                {other.run.dag_run_id}
              </Link>
            </th>
          </tr>
        </thead>
        <tbody>
          {facts.map(([name, one, two]) => (
            <tr key={name}>
              <th style={{ textAlign: "left", fontWeight: 400 }} className="faint">
                {name}
              </th>
              <td>{one}</td>
              <td>{two}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <DataTable
        label="Differences by task"
        rows={rows}
        columns={columns}
        rowKey={(row) => row.taskId}
        height="320px"
      />
    </div>
  );
}
