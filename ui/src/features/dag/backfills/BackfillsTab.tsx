// Backfills of the DAG: what goes on, how far it is, and a form for a new one.
import { Button, Group, Progress } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, data } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import { PAGE, useLongList } from "@/shared/api/lists";
import type { Schemas } from "@/shared/api/schemas";
import { many } from "@/shared/format/numbers";
import { Confirm } from "@/shared/ui/confirm";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { EmptyState } from "@/shared/ui/EmptyState";
import { Gated } from "@/shared/ui/Gated";
import { Moment } from "@/shared/ui/Moment";
import { tellDone, tellFailed } from "@/shared/ui/told";
import { ErrorPanel, Loading } from "@/shared/ui/whole-page";
import type { TabProps } from "../DagPage";
import { BackfillForm } from "./BackfillForm";

type Backfill = Schemas["BackfillResponse"];

export function BackfillsTab({ dag, search, go }: TabProps) {
  const client = useQueryClient();
  const [ending, setEnding] = useState<Backfill>();
  const listKey = keys.dag(dag.dag_id, "live", "backfills");
  const list = useLongList<Backfill>(listKey, async (offset) => {
    const query = { dag_id: dag.dag_id, limit: PAGE, offset, order_by: ["-id"] };
    const answer = await api.GET("/api/v2/backfills", { params: { query } });
    return { rows: answer.data?.backfills ?? [], total: answer.data?.total_entries ?? 0 };
  });
  const mayCreate = dag.may.includes("backfill") && dag.is_backfillable;
  const steer = async (one: Backfill): Promise<void> => {
    const path = { params: { path: { backfill_id: one.id } } };
    try {
      if (one.is_paused) await api.PUT("/api/v2/backfills/{backfill_id}/unpause", path);
      else await api.PUT("/api/v2/backfills/{backfill_id}/pause", path);
      tellDone(one.is_paused ? "The backfill goes on." : "The backfill rests; runs that have begun go on.");
    } catch (error) {
      tellFailed(error);
    }
    void client.invalidateQueries({ queryKey: listKey });
  };
  const columns: Column<Backfill>[] = [
    { id: "id", header: "No.", width: "70px", cell: (one) => one.id },
    {
      id: "dates",
      header: "Dates",
      width: "minmax(240px, 1fr)",
      cell: (one) => (
        <>
          <Moment at={one.from_date} style="full" /> to <Moment at={one.to_date} style="full" />
        </>
      ),
    },
    { id: "progress", header: "Progress", width: "minmax(200px, 1fr)", cell: (one) => <How backfill={one} /> },
    { id: "again", header: "Existing runs", width: "150px", cell: (one) => AGAIN[one.reprocess_behavior] },
    { id: "most", header: "At a time", width: "90px", align: "end", cell: (one) => one.max_active_runs },
    { id: "made", header: "Made", width: "120px", cell: (one) => <Moment at={one.created_at} /> },
    {
      id: "act",
      header: "",
      width: "170px",
      cell: (one) =>
        one.completed_at === null && (
          <Group gap={6} wrap="nowrap">
            <Gated needs="edit:backfill" name={dag.dag_id}>
              <Button size="compact-xs" variant="default" onClick={() => void steer(one)}>
                {one.is_paused ? "Go on" : "Pause"}
              </Button>
            </Gated>
            <Gated needs="edit:backfill" name={dag.dag_id}>
              <Button size="compact-xs" variant="default" color="red" onClick={() => setEnding(one)}>
                Cancel
              </Button>
            </Gated>
          </Group>
        ),
    },
  ];
  if (list.error) return <ErrorPanel error={list.error} retry={list.again} />;
  return (
    <div>
      <Group mb={8}>
        <Gated needs="create:backfill" name={dag.dag_id}>
          <Button onClick={() => go({ backfill: 1 }, true)} disabled={!dag.is_backfillable}>
            New backfill
          </Button>
        </Gated>
        {!dag.is_backfillable && (
          <span className="faint">A DAG whose schedule is not periodic has no dates to be filled.</span>
        )}
      </Group>
      {list.isPending ? (
        <Loading />
      ) : (
        <DataTable
          label={`Backfills of ${dag.dag_id}`}
          name="backfills of a DAG"
          rows={list.rows}
          columns={columns}
          rowKey={(one) => String(one.id)}
          total={list.total}
          more={list.more}
          height="calc(100vh - 310px)"
          empty={
            <EmptyState
              title="There was no backfill yet"
              code={`tradewind backfill create --dag-id ${dag.dag_id} --from-date 2026-11-01 --to-date 2026-11-08`}
            >
              A backfill makes the runs of dates in the past, and shows before it starts which ones these are.
            </EmptyState>
          }
        />
      )}
      {search.backfill && mayCreate && <BackfillForm dag={dag} onClose={() => go({ backfill: undefined })} />}
      {ending && (
        <Confirm
          title={`Cancel backfill ${ending.id}?`}
          yes="Cancel the backfill"
          isDangerous
          onClose={() => setEnding(undefined)}
          act={async () => {
            await api.PUT("/api/v2/backfills/{backfill_id}/cancel", { params: { path: { backfill_id: ending.id } } });
            tellDone("The backfill is cancelled.");
            await client.invalidateQueries({ queryKey: listKey });
          }}
        >
          Runs of it that are queued will not start. Those that run go on to their end. It cannot be taken up again.
        </Confirm>
      )}
    </div>
  );
}

const AGAIN: Record<Backfill["reprocess_behavior"], string> = {
  none: "left alone",
  failed: "failed ones again",
  completed: "all again",
};

function How({ backfill }: { backfill: Backfill }) {
  const { data: how } = useQuery({
    queryKey: keys.dag(backfill.dag_id, "live", "backfill", backfill.id),
    queryFn: () =>
      data(api.GET("/api/v2/backfills/{backfill_id}/progress", { params: { path: { backfill_id: backfill.id } } })),
    enabled: backfill.completed_at === null,
  });
  if (backfill.completed_at !== null) {
    return (
      <>
        ended <Moment at={backfill.completed_at} />
      </>
    );
  }
  if (!how) return <span className="faint">…</span>;
  const share = how.total > 0 ? (how.finished / how.total) * 100 : 0;
  return (
    <Group gap={8} wrap="nowrap">
      <Progress value={share} w={90} aria-label={`${Math.round(share)} percent`} />
      <span>
        {how.finished} of {many(how.total, "run")}
        {how.state === "paused" && ", paused"}
      </span>
    </Group>
  );
}
