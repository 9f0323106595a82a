// What one can do to a run; what cannot be taken back asks first.
import { Button, Menu } from "@mantine/core";
import { IconArrowsDiff, IconCheck, IconChevronDown, IconRefresh, IconTrash, IconX } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { ClearDialog } from "@/shared/act/ClearDialog";
import { markRun, refreshRun } from "@/shared/act/rerun";
import { api } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import { many } from "@/shared/format/numbers";
import { Confirm } from "@/shared/ui/confirm";
import { Gated, GatedItem } from "@/shared/ui/Gated";
import { tellDone } from "@/shared/ui/told";
import type { RunView } from "./queries";

type Asking = "clear" | "retry" | "success" | "failed" | "delete";

export function RunActions({ view, onCompare }: { view: RunView; onCompare: () => void }) {
  const [asking, setAsking] = useState<Asking>();
  const { run, counts } = view;
  const failed = (counts.failed ?? 0) + (counts.upstream_failed ?? 0);
  return (
    <>
      {failed > 0 && (
        <Gated needs="edit:task_instance" name={run.dag_id}>
          <Button leftSection={<IconRefresh size={14} />} onClick={() => setAsking("retry")}>
            Retry failed
          </Button>
        </Gated>
      )}
      <Gated needs="edit:task_instance" name={run.dag_id}>
        <Button variant="default" leftSection={<IconRefresh size={14} />} onClick={() => setAsking("clear")}>
          Clear
        </Button>
      </Gated>
      <Menu position="bottom-end" width={210}>
        <Menu.Target>
          <Button variant="default" rightSection={<IconChevronDown size={13} />}>
            More
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconArrowsDiff size={14} />} onClick={onCompare}>
            Compare with another run
          </Menu.Item>
          <Menu.Divider />
          <GatedItem
            needs="edit:dag_run"
            name={run.dag_id}
            leftSection={<IconCheck size={14} />}
            disabled={run.state === "success"}
            onClick={() => setAsking("success")}
          >
            Mark as success
          </GatedItem>
          <GatedItem
            needs="edit:dag_run"
            name={run.dag_id}
            leftSection={<IconX size={14} />}
            disabled={run.state === "failed"}
            onClick={() => setAsking("failed")}
          >
            Mark as failed
          </GatedItem>
          <Menu.Divider />
          <GatedItem
            needs="delete:dag_run"
            name={run.dag_id}
            color="red"
            leftSection={<IconTrash size={14} />}
            onClick={() => setAsking("delete")}
          >
            Delete the run
          </GatedItem>
        </Menu.Dropdown>
      </Menu>
      {asking && <Question asking={asking} view={view} onClose={() => setAsking(undefined)} />}
    </>
  );
}

function Question({ asking, view, onClose }: { asking: Asking; view: RunView; onClose: () => void }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { run } = view;
  const aim = { dagId: run.dag_id, runId: run.dag_run_id };
  if (asking === "clear" || asking === "retry") {
    return (
      <ClearDialog aim={aim} onlyFailed={asking === "retry"} hasDate={run.logical_date !== null} onClose={onClose} />
    );
  }
  if (asking === "delete") {
    return (
      <Confirm
        title="Delete the run"
        yes="Delete"
        isDangerous
        onClose={onClose}
        act={async () => {
          const path = { dag_id: run.dag_id, dag_run_id: run.dag_run_id };
          await api.DELETE("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}", { params: { path } });
          void client.invalidateQueries({ queryKey: keys.dag(run.dag_id, "live") });
          void client.invalidateQueries({ queryKey: keys.runs() });
          tellDone(`${run.dag_run_id} is deleted`);
          await navigate({ to: "/dags/$dagId", params: { dagId: run.dag_id } });
        }}
      >
        The run <b>{run.dag_run_id}</b> is gone for good, with its {many(view.total, "task instance")}, their tries and
        what they handed on. Assets keep their events.
      </Confirm>
    );
  }
  return (
    <Confirm
      title={`Mark the run as ${asking}`}
      yes={`Mark as ${asking}`}
      isDangerous={asking === "failed"}
      onClose={onClose}
      act={async () => {
        await markRun(aim, asking);
        refreshRun(client, aim);
        tellDone(`The run counts as ${asking} now`);
      }}
    >
      {asking === "success"
        ? "All of its tasks that have not succeeded are marked as success. What runs is stopped; nothing else is run."
        : "What runs is stopped and marked as failed, and what has not begun is skipped."}
    </Confirm>
  );
}
