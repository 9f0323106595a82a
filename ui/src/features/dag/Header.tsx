// The head of a DAG's page: its name and switch, when it runs, how its last runs went.
import { ActionIcon, Button, Menu, Switch, Tooltip } from "@mantine/core";
import { IconDots, IconPlayerPlay, IconRefresh, IconStar, IconStarFilled, IconTrash } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import { useRefusal } from "@/shared/api/may";
import { many } from "@/shared/format/numbers";
import { duration } from "@/shared/format/time";
import { Copyable } from "@/shared/ui/Copyable";
import { Confirm } from "@/shared/ui/confirm";
import { Gated, GatedItem } from "@/shared/ui/Gated";
import { Moment } from "@/shared/ui/Moment";
import { RunStrip } from "@/shared/ui/RunStrip";
import { tellDone, tellFailed } from "@/shared/ui/told";
import classes from "./DagPage.module.css";
import type { DagHead } from "./queries";
import type { Go } from "./search";

/** Does something to the DAG and has the page read again. */
function useDeed(dagId: string): (what: () => Promise<unknown>, done?: string) => Promise<void> {
  const client = useQueryClient();
  return async (what, done) => {
    try {
      await what();
      if (done) tellDone(done);
    } catch (error) {
      tellFailed(error);
    }
    await client.invalidateQueries({ queryKey: keys.dag(dagId, "live", "head") });
    void client.invalidateQueries({ queryKey: keys.dags() });
  };
}

export function Heading({ dag }: { dag: DagHead }) {
  const deed = useDeed(dag.dag_id);
  const path = { params: { path: { dag_id: dag.dag_id } } };
  const refusal = useRefusal("edit:dag", dag.dag_id);
  return (
    <span className={classes.heading}>
      <Tooltip label={refusal ?? (dag.is_paused ? "Paused: no run starts" : "Active")} multiline maw={320}>
        <Switch
          size="sm"
          checked={!dag.is_paused}
          disabled={refusal !== undefined}
          data-refusal={refusal}
          aria-label={dag.is_paused ? "Paused; switch on" : "Active; pause it"}
          onChange={(event) => {
            const isPaused = !event.currentTarget.checked;
            void deed(
              () => api.PATCH("/api/v2/dags/{dag_id}", { ...path, body: { is_paused: isPaused } }),
              isPaused ? "Paused: no new run starts." : "Active: runs start when they are due.",
            );
          }}
        />
      </Tooltip>
      <Copyable text={dag.dag_id} label="Copy the id">
        {dag.display_name}
      </Copyable>
      <ActionIcon
        aria-label={dag.is_favorite ? "Remove from favourites" : "Add to favourites"}
        aria-pressed={dag.is_favorite}
        onClick={() =>
          void deed(() =>
            dag.is_favorite
              ? api.POST("/api/v2/dags/{dag_id}/unfavorite", path)
              : api.POST("/api/v2/dags/{dag_id}/favorite", path),
          )
        }
      >
        {dag.is_favorite ? <IconStarFilled size={16} /> : <IconStar size={16} />}
      </ActionIcon>
      {dag.tags.map((tag) => (
        <Link key={tag} to="/dags" search={{ tags: tag } as never} className={classes.tag}>
          {tag}
        </Link>
      ))}
    </span>
  );
}

export function Facts({ dag }: { dag: DagHead }) {
  const strip = dag.runs
    .slice(-30)
    .map((run) => [run.run_id, run.state, run.run_after, run.start_date, run.duration] as const);
  return (
    <>
      {dag.description && <div className={classes.about}>{dag.description}</div>}
      {dag.has_import_errors && (
        <div role="alert">
          The newest file of this DAG has an error, so what you see is an older version.{" "}
          <Link to="/import-errors">See the error</Link>
        </div>
      )}
      <div className={classes.facts}>
        <Fact label="Schedule">
          <Tooltip label={dag.schedule_description || dag.schedule} disabled={!dag.schedule_description}>
            <span>{scheduleOf(dag)}</span>
          </Tooltip>
        </Fact>
        <Fact label="Next run">
          {dag.next_run_after ? (
            <>
              <Moment at={dag.next_run_after} />
              {dag.is_paused && <span className="faint">, when it is active</span>}
            </>
          ) : (
            <span className="faint">none planned</span>
          )}
        </Fact>
        <Fact label="Now">
          {dag.unfinished_runs > 0 ? many(dag.unfinished_runs, "unfinished run") : <span className="faint">idle</span>}
        </Fact>
        <Fact label={dag.owners.length > 1 ? "Owners" : "Owner"}>
          {dag.owners.map((owner, place) => (
            <span key={owner}>
              {place > 0 && ", "}
              <Owner name={owner} link={dag.owner_links[owner]} />
            </span>
          ))}
        </Fact>
        <Fact label="Version">
          <Tooltip label={<Moment at={dag.version_created_at} style="full" />}>
            <span>{dag.version_number ?? "–"}</span>
          </Tooltip>
        </Fact>
        <Fact label="Tasks">{dag.task_count}</Fact>
        {strip.length > 0 && (
          <span className={classes.strip}>
            <RunStrip dagId={dag.dag_id} runs={strip} slots={Math.min(30, strip.length)} />
          </span>
        )}
      </div>
    </>
  );
}

/** The schedule in a few words. */
export function scheduleOf(dag: DagHead): string {
  if (dag.timetable_kind === "none") return "by hand only";
  const delta = /^(?:(\d+) days?, )?(\d+):(\d\d):(\d\d)$/.exec(dag.schedule);
  if (!delta) return dag.schedule || dag.timetable_kind;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = delta.slice(1).map((part) => Number(part ?? 0));
  return `every ${duration(((days * 24 + hours) * 60 + minutes) * 60 + seconds).replace(/ 00? (s|min|h)$/, "")}`;
}

/** An owner, with the address that the DAG gives for them where it is one that is safe to follow. */
function Owner({ name, link }: { name: string; link: string | undefined }) {
  const isSafe = link !== undefined && /^(https?:\/\/|mailto:)/i.test(link);
  return isSafe ? (
    <a href={link} target="_blank" rel="noreferrer noopener">
      {name}
    </a>
  ) : (
    name
  );
}

function Fact({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <span className={classes.fact}>
      <span>{label}</span>
      <span>{children}</span>
    </span>
  );
}

export function Actions({ dag, go }: { dag: DagHead; go: Go }) {
  const deed = useDeed(dag.dag_id);
  const navigate = useNavigate();
  const [asksDelete, setAsksDelete] = useState(false);
  return (
    <>
      <Gated needs="create:dag_run" name={dag.dag_id}>
        <Button
          leftSection={<IconPlayerPlay size={14} />}
          disabled={dag.is_stale}
          onClick={() => go({ trigger: 1 }, true)}
        >
          Trigger
        </Button>
      </Gated>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="default" size={30} aria-label="More actions">
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <GatedItem
            needs="edit:dag"
            name={dag.dag_id}
            leftSection={<IconRefresh size={14} />}
            onClick={() =>
              void deed(
                () =>
                  api.PUT("/api/v2/parseDagFile/{file_token}", { params: { path: { file_token: dag.file_token } } }),
                "Its file is read again.",
              )
            }
          >
            Read its file again
          </GatedItem>
          <GatedItem
            needs="delete:dag"
            name={dag.dag_id}
            leftSection={<IconTrash size={14} />}
            color="red"
            onClick={() => setAsksDelete(true)}
          >
            Delete its history
          </GatedItem>
        </Menu.Dropdown>
      </Menu>
      {asksDelete && (
        <Confirm
          title={`Delete ${dag.dag_id}?`}
          yes="Delete all of it"
          isDangerous
          act={async () => {
            await api.DELETE("/api/v2/dags/{dag_id}", { params: { path: { dag_id: dag.dag_id } } });
            tellDone(`${dag.dag_id} and its runs are deleted.`);
            void navigate({ to: "/dags" });
          }}
          onClose={() => setAsksDelete(false)}
        >
          All runs, task instances, XComs and versions of this DAG are deleted and cannot be brought back. Its file
          stays: while it is there the DAG comes back without its history.
        </Confirm>
      )}
    </>
  );
}
