// The columns of the list of DAGs.
import { ActionIcon, Switch, Tooltip } from "@mantine/core";
import { IconAlertTriangle, IconPlayerPlay, IconStar, IconStarFilled } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { dagUrl } from "@/shared/addresses";
import { useRefusal } from "@/shared/api/may";
import { many } from "@/shared/format/numbers";
import type { Column } from "@/shared/ui/DataTable";
import { Moment } from "@/shared/ui/Moment";
import { RunStrip } from "@/shared/ui/RunStrip";
import { StateBadge } from "@/shared/ui/StateIcon";
import classes from "./DagsPage.module.css";
import type { DagRow } from "./queries";

const TAGS_SHOWN = 3;

interface Actions {
  isPaused: (dag: DagRow) => boolean;
  onPause: (dagId: string, isPaused: boolean) => void;
  onFavorite: (dagId: string, isFavorite: boolean) => void;
  onTag: (tag: string) => void;
  onOwner: (owner: string) => void;
}

export function columnsOf(actions: Actions): Column<DagRow>[] {
  return [
    {
      id: "paused",
      header: <span className="sr-only">Paused</span>,
      width: "52px",
      cell: (dag) => <PauseSwitch dag={dag} isPaused={actions.isPaused(dag)} onPause={actions.onPause} />,
    },
    {
      id: "name",
      header: "DAG",
      isKept: true,
      sort: "name",
      width: "minmax(130px, 2.1fr)",
      cell: (dag) => <Name dag={dag} onFavorite={actions.onFavorite} onTag={actions.onTag} />,
    },
    {
      id: "schedule",
      header: "Schedule",
      isMinor: true,
      width: "minmax(128px, 1.3fr)",
      cell: (dag) => (
        <span className={actions.isPaused(dag) || !dag.schedule_text ? "faint" : undefined} title={dag.schedule}>
          {dag.schedule_text || "By hand"}
        </span>
      ),
    },
    {
      id: "strip",
      header: "Last runs",
      sort: "last",
      width: "minmax(84px, 148px)",
      cell: (dag) => <RunStrip dagId={dag.dag_id} runs={dag.runs} />,
    },
    {
      id: "last",
      header: "Last state",
      isMinor: true,
      width: "minmax(190px, 1fr)",
      cell: (dag) => <LastState dag={dag} />,
    },
    {
      id: "next",
      header: "Next run",
      isMinor: true,
      sort: "next",
      width: "104px",
      cell: (dag) =>
        actions.isPaused(dag) ? <span className="faint">paused</span> : <Moment at={dag.next_run_after} />,
    },
    {
      id: "owners",
      header: "Owner",
      isMinor: true,
      width: "minmax(80px, 0.7fr)",
      cell: (dag) => (
        <>
          {dag.owners.map((owner) => (
            <button key={owner} type="button" className={classes.plain} onClick={() => actions.onOwner(owner)}>
              {owner}
            </button>
          ))}
        </>
      ),
    },
    {
      id: "actions",
      header: <span className="sr-only">Trigger</span>,
      width: "48px",
      align: "end",
      cell: (dag) => <TriggerLink dag={dag} />,
    },
  ];
}

function TriggerLink({ dag }: { dag: DagRow }) {
  const refusal = useRefusal("create:dag_run", dag.dag_id);
  if (refusal !== undefined) {
    return (
      <ActionIcon
        title={refusal}
        aria-label={`Trigger ${dag.display_name}: ${refusal}`}
        data-refusal={refusal}
        data-disabled
        aria-disabled
      >
        <IconPlayerPlay size={15} />
      </ActionIcon>
    );
  }
  return (
    <ActionIcon
      title="Trigger a run"
      aria-label={`Trigger ${dag.display_name}`}
      renderRoot={(props) => <Link to={dagUrl(dag.dag_id) as string} search={{ trigger: 1 } as never} {...props} />}
    >
      <IconPlayerPlay size={15} />
    </ActionIcon>
  );
}

function PauseSwitch(given: { dag: DagRow; isPaused: boolean; onPause: Actions["onPause"] }) {
  const { dag, isPaused } = given;
  const refusal = useRefusal("edit:dag", dag.dag_id);
  return (
    <Switch
      size="xs"
      checked={!isPaused}
      disabled={refusal !== undefined}
      data-refusal={refusal}
      aria-label={`${dag.display_name} is ${isPaused ? "paused" : "active"}`}
      title={refusal ?? (isPaused ? "Paused: nothing starts by schedule" : "Active")}
      onChange={(event) => given.onPause(dag.dag_id, !event.currentTarget.checked)}
    />
  );
}

function Name(given: { dag: DagRow; onFavorite: Actions["onFavorite"]; onTag: Actions["onTag"] }) {
  const { dag } = given;
  return (
    <span className={classes.name}>
      <Link to={dagUrl(dag.dag_id) as string} className={`ellipsis ${classes.link}`} title={dag.dag_id}>
        {dag.display_name}
      </Link>
      {dag.has_import_errors && (
        <Tooltip label="Its file cannot be imported as it is now">
          <Link to={"/import-errors" as string} aria-label="Its file cannot be imported" className={classes.broken}>
            <IconAlertTriangle size={15} />
          </Link>
        </Tooltip>
      )}
      {dag.tags.slice(0, TAGS_SHOWN).map((tag) => (
        <button key={tag} type="button" className={classes.tag} onClick={() => given.onTag(tag)}>
          {tag}
        </button>
      ))}
      {dag.tags.length > TAGS_SHOWN && (
        <span className="faint" title={dag.tags.join(", ")}>
          +{dag.tags.length - TAGS_SHOWN}
        </span>
      )}
      <ActionIcon
        size={20}
        className={dag.is_favorite ? classes.favorite : classes.star}
        aria-label={dag.is_favorite ? `${dag.display_name} is a favourite` : `Make ${dag.display_name} a favourite`}
        aria-pressed={dag.is_favorite}
        onClick={() => given.onFavorite(dag.dag_id, !dag.is_favorite)}
      >
        {dag.is_favorite ? <IconStarFilled size={13} /> : <IconStar size={13} />}
      </ActionIcon>
    </span>
  );
}

function LastState({ dag }: { dag: DagRow }) {
  const last = dag.runs.at(-1);
  if (!last) return <span className="faint">–</span>;
  const waiting = dag.queued > 0 && last[1] !== "queued" ? many(dag.queued, "queued", "queued") : "";
  const more = last[1] === "failed" && dag.failed_tasks > 0 ? many(dag.failed_tasks, "task") : waiting;
  return (
    <span className={classes.last}>
      <StateBadge state={last[1]} {...(last[1] === "running" && dag.running > 1 ? { count: dag.running } : {})} />
      {more ? (
        <span className="faint">{more}</span>
      ) : (
        <span className="faint">
          <Moment at={last[2]} style="relative" />
        </span>
      )}
    </span>
  );
}
