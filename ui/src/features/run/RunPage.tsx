// One run: why it failed, how far it is, when what ran, and the log of what is chosen.
import { ActionIcon, Tooltip } from "@mantine/core";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { FailureCard } from "@/shared/failure/FailureCard";
import { many } from "@/shared/format/numbers";
import { Copyable } from "@/shared/ui/Copyable";
import { Page } from "@/shared/ui/Page";
import { StateBadge } from "@/shared/ui/StateIcon";
import { ErrorPanel, Loading } from "@/shared/ui/whole-page";
import { WhyButton, WhyPanel } from "@/shared/why/Why";
import { Compare } from "./Compare";
import { type RunView, runView } from "./queries";
import { RunActions } from "./RunActions";
import { RunFacts } from "./RunFacts";
import classes from "./RunPage.module.css";
import { RunTasks } from "./RunTasks";
import { SelectedTask } from "./SelectedTask";
import type { RunSearch } from "./search";

export function RunPage() {
  const { dagId, runId } = useParams({ from: "/dags/$dagId/runs/$runId/" });
  const view = useQuery(runView(dagId, runId));
  if (view.error) return <ErrorPanel error={view.error} retry={() => void view.refetch()} />;
  if (!view.data) return <Loading />;
  return <Run view={view.data} />;
}

function Run({ view }: { view: RunView }) {
  const { run } = view;
  const [dagId, runId] = [run.dag_id, run.dag_run_id];
  const search = useSearch({ from: "/dags/$dagId/runs/$runId/" });
  const navigate = useNavigate({ from: "/dags/$dagId/runs/$runId/" });
  const put = (changes: Partial<Record<keyof RunSearch, string | number | undefined>>): void => {
    void navigate({
      search: (before) =>
        Object.fromEntries(Object.entries({ ...before, ...changes }).filter(([, value]) => value !== undefined)),
      replace: true,
      resetScroll: false,
    });
  };
  return (
    <Page
      title={`${runId} · ${dagId}`}
      above={<Place view={view} />}
      heading={
        <span className={classes.heading}>
          <Copyable text={runId} label="Copy the run's id" />
          <StateBadge state={run.state} />
          <span className="faint" style={{ fontSize: 13, fontWeight: 400 }}>
            {run.run_type}
          </span>
          {run.state !== "success" && run.state !== "failed" && <WhyButton of={{ dagId, runId }} />}
        </span>
      }
      actions={
        <RunActions view={view} onCompare={() => put({ compare: search.compare ?? view.previous_run_id ?? runId })} />
      }
    >
      {view.failure ? (
        <FirstFailure view={view} />
      ) : (
        run.state === "failed" && (
          <div className="card">
            <WhyPanel of={{ dagId, runId }} />
          </div>
        )
      )}
      <RunFacts view={view} />
      {search.compare && <Compare view={view} otherId={search.compare} onOther={(compare) => put({ compare })} />}
      <RunTasks view={view} search={search} put={put} />
      {search.task !== undefined && (
        <SelectedTask dagId={dagId} runId={runId} taskId={search.task} search={search} onSearch={put} />
      )}
    </Page>
  );
}

function Place({ view }: { view: RunView }) {
  const { dag_id: dagId } = view.run;
  return (
    <nav className={classes.place} aria-label="Where this is">
      <Link to="/dags">DAGs</Link> ›{" "}
      <Link to="/dags/$dagId" params={{ dagId }} className="ellipsis">
        {view.run.dag_display_name || dagId}
      </Link>
      › <span className="faint">run</span>
      <Beside dagId={dagId} runId={view.previous_run_id} label="The run before" icon={<IconChevronLeft size={14} />} />
      <Beside dagId={dagId} runId={view.next_run_id} label="The run after" icon={<IconChevronRight size={14} />} />
    </nav>
  );
}

function Beside(given: { dagId: string; runId: string | null; label: string; icon: React.ReactNode }) {
  const { dagId, runId, label, icon } = given;
  if (runId === null) return null;
  return (
    <Tooltip label={`${label}: ${runId}`}>
      <ActionIcon
        size={22}
        aria-label={label}
        renderRoot={(props) => <Link to="/dags/$dagId/runs/$runId" params={{ dagId, runId }} {...props} />}
      >
        {icon}
      </ActionIcon>
    </Tooltip>
  );
}

function FirstFailure({ view }: { view: RunView }) {
  const { failure, run, counts } = view;
  if (!failure) return null;
  const index = failure.map_index >= 0 ? { map_index: failure.map_index } : {};
  const others = (counts.failed ?? 1) - 1;
  const name = failure.map_index >= 0 ? `${failure.task_id} [${failure.map_index}]` : failure.task_id;
  return (
    <FailureCard
      failure={failure}
      title={
        <>
          <Link
            to="/dags/$dagId/runs/$runId/tasks/$taskId"
            params={{ dagId: run.dag_id, runId: run.dag_run_id, taskId: failure.task_id }}
            search={index}
          >
            {name}
          </Link>{" "}
          failed{failure.try_number > 1 ? ` after ${failure.try_number} tries` : ""}
          {others > 0 && <span className="faint">, and {many(others, "more instance")}</span>}
        </>
      }
    >
      <Link
        to="/dags/$dagId/runs/$runId"
        params={{ dagId: run.dag_id, runId: run.dag_run_id }}
        search={(before) => ({ ...before, task: failure.task_id, ...index })}
        resetScroll={false}
      >
        Show its log
      </Link>
    </FailureCard>
  );
}
