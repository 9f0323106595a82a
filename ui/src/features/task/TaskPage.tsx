// One task instance: why it failed, what it asks, its log; then what it handed on, its tries, what is around it.
import { Button, Tabs } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { api } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import { FailureCard } from "@/shared/failure/FailureCard";
import { AnswerForm } from "@/shared/hitl/AnswerForm";
import { InstanceLog, tryShown } from "@/shared/task/InstanceLog";
import { MappedList } from "@/shared/task/MappedList";
import { type TaskView, taskView } from "@/shared/task/queries";
import { Copyable } from "@/shared/ui/Copyable";
import { Took } from "@/shared/ui/Moment";
import { NoteEditor } from "@/shared/ui/NoteEditor";
import { Page } from "@/shared/ui/Page";
import { StateCounts } from "@/shared/ui/StateCounts";
import { StateBadge } from "@/shared/ui/StateIcon";
import { ErrorPanel, Loading } from "@/shared/ui/whole-page";
import { WhyButton } from "@/shared/why/Why";
import type { InstanceKey } from "./instance";
import { Around, Details, Rendered, Tries } from "./parts";
import { TABS, type Tab, type TaskSearch } from "./search";
import { TaskActions } from "./TaskActions";
import classes from "./TaskPage.module.css";
import { Values } from "./values/Values";

const FROM = "/dags/$dagId/runs/$runId/tasks/$taskId";
const WORDS: Record<Tab, string> = {
  log: "Log",
  xcom: "Handed on",
  rendered: "Rendered fields",
  tries: "Tries",
  lineage: "Around it",
  details: "Details",
};

export function TaskPage() {
  const { dagId, runId, taskId } = useParams({ from: FROM });
  const { map_index: index } = useSearch({ from: FROM });
  const of = { dagId, runId, taskId, mapIndex: index ?? -1 };
  const view = useQuery(taskView(dagId, runId, taskId, of.mapIndex));
  if (view.error) return <ErrorPanel error={view.error} retry={() => void view.refetch()} />;
  if (!view.data) return <Loading />;
  return <Instance of={of} view={view.data} />;
}

type Put = (changes: Partial<Record<keyof TaskSearch, string | number | undefined>>) => void;

function Instance({ of, view }: { of: InstanceKey; view: TaskView }) {
  const { dagId, runId, taskId, mapIndex } = of;
  const search = useSearch({ from: FROM });
  const navigate = useNavigate({ from: FROM });
  const put: Put = (changes) => {
    void navigate({
      search: (before) =>
        Object.fromEntries(Object.entries({ ...before, ...changes }).filter(([, value]) => value !== undefined)),
      replace: true,
      resetScroll: false,
    });
  };
  const { instance, hitl } = view;
  const shown = tryShown(view.tries, search.try);
  const name = mapIndex >= 0 ? `${view.label} [${instance?.rendered_map_index ?? mapIndex}]` : view.label;
  const aim = { dagId, runId, taskId, ...(mapIndex >= 0 ? { mapIndex } : {}) };
  return (
    <Page
      title={`${name} · ${runId} · ${dagId}`}
      above={<Place of={of} isOne={mapIndex >= 0} />}
      heading={
        <span className={classes.heading}>
          <Copyable text={taskId} label="Copy the task's id">
            {name}
          </Copyable>
          {instance ? <StateBadge state={instance.state} /> : <StateCounts counts={view.counts} />}
          <span className="faint" style={{ fontSize: 13, fontWeight: 400 }}>
            {view.operator}
            {instance?.start_date && " · "}
            {instance?.start_date && <Took start={instance.start_date} end={instance.end_date} />}
          </span>
          {instance && instance.state !== "success" && instance.state !== "running" && <WhyButton of={of} />}
          {instance && <Note of={of} note={instance.note} />}
        </span>
      }
      actions={
        <>
          {Object.entries(view.links).map(
            ([label, url]) =>
              url !== null &&
              /^https?:/.test(url) && (
                <Button key={label} variant="default" component="a" href={url} target="_blank" rel="noreferrer">
                  {label}
                </Button>
              ),
          )}
          <TaskActions aim={aim} hasDate={view.logical_date !== null} />
        </>
      }
    >
      {hitl && !hitl.response_received && instance?.state === "awaiting_input" && (
        <div className="card" style={{ padding: 16 }}>
          <AnswerForm of={of} question={hitl} />
        </div>
      )}
      {shown?.failure && instance?.state !== "success" && (
        <FailureCard failure={shown.failure} {...(view.tries.length > 1 ? { title: `Try ${shown.try_number}` } : {})} />
      )}
      {instance || !view.is_mapped ? (
        <Parts of={of} view={view} search={search} put={put} />
      ) : (
        <div className="card">
          <MappedList
            dagId={dagId}
            runId={runId}
            taskId={taskId}
            counts={view.counts}
            height="calc(100vh - 260px)"
            link={(index, label) => (
              <Link to={FROM} params={{ dagId, runId, taskId }} search={{ map_index: index }}>
                {label}
              </Link>
            )}
          />
        </div>
      )}
    </Page>
  );
}

function Place({ of, isOne }: { of: InstanceKey; isOne: boolean }) {
  const { dagId, runId, taskId } = of;
  return (
    <nav className={classes.place} aria-label="Where this is">
      <Link to="/dags">DAGs</Link> ›{" "}
      <Link to="/dags/$dagId" params={{ dagId }}>
        {dagId}
      </Link>{" "}
      ›{" "}
      <Link to="/dags/$dagId/runs/$runId" params={{ dagId, runId }}>
        {runId}
      </Link>{" "}
      ›{" "}
      {isOne ? (
        <Link to={FROM} params={of} search={{}}>
          {taskId}
        </Link>
      ) : (
        <span className="faint">task</span>
      )}
    </nav>
  );
}

function Note({ of, note }: { of: InstanceKey; note: string | null }) {
  const client = useQueryClient();
  const save = async (text: string | null): Promise<void> => {
    await api.PATCH("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}", {
      params: {
        path: { dag_id: of.dagId, dag_run_id: of.runId, task_id: of.taskId },
        query: of.mapIndex >= 0 ? { map_index: of.mapIndex } : {},
      },
      body: { note: text } as never,
    });
    await client.invalidateQueries({ queryKey: keys.task(of.dagId, of.runId, of.taskId, of.mapIndex) });
  };
  return (
    <div style={{ fontSize: 13, fontWeight: 400 }}>
      <NoteEditor note={note} needs="edit:task_instance" dagId={of.dagId} onSave={save} />
    </div>
  );
}

function Parts(given: { of: InstanceKey; view: TaskView; search: TaskSearch; put: Put }) {
  const { of, view, search, put } = given;
  const counts: Partial<Record<Tab, number>> = { xcom: view.xcoms?.length ?? 0, tries: view.tries.length };
  return (
    <Tabs
      value={search.tab ?? "log"}
      onChange={(tab) => put({ tab: tab === "log" || tab === null ? undefined : tab })}
      keepMounted={false}
      className={`card ${classes.body}`}
    >
      <Tabs.List>
        {TABS.map((tab) => (
          <Tabs.Tab
            key={tab}
            value={tab}
            rightSection={counts[tab] ? <span className="faint">{counts[tab]}</span> : null}
          >
            {WORDS[tab]}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value="log">
        <InstanceLog
          {...of}
          view={view}
          tryNumber={search.try}
          onTry={(number) => put({ try: number, at: undefined })}
          at={search.at}
          onAt={(at) => put({ at })}
          height="max(300px, calc(100vh - 330px))"
        />
      </Tabs.Panel>
      <Tabs.Panel value="xcom">
        <Values of={of} xcoms={view.xcoms} />
      </Tabs.Panel>
      <Tabs.Panel value="rendered">
        <Rendered view={view} />
      </Tabs.Panel>
      <Tabs.Panel value="tries">
        <Tries tries={view.tries} onTry={(number) => put({ try: number, tab: undefined, at: undefined })} />
      </Tabs.Panel>
      <Tabs.Panel value="lineage">
        <Around of={of} view={view} />
      </Tabs.Panel>
      <Tabs.Panel value="details">
        <Details of={of} view={view} />
      </Tabs.Panel>
    </Tabs>
  );
}
