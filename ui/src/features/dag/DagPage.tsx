// The page of a DAG: how it stands, what one can do with it, and all views of it as tabs that keep the selection.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ComponentType, lazy, Suspense, useEffect } from "react";
import { Page } from "@/shared/ui/Page";
import { ErrorPanel, Loading } from "@/shared/ui/whole-page";
import classes from "./DagPage.module.css";
import { GridTab } from "./grid/GridTab";
import { Actions, Facts, Heading } from "./Header";
import { type DagHead, headQuery, structureQuery } from "./queries";
import { type DagSearch, type Go, TABS, type Tab } from "./search";

export interface TabProps {
  dag: DagHead;
  search: DagSearch;
  go: Go;
}

const LABELS: Record<Tab, string> = {
  grid: "Grid",
  graph: "Graph",
  gantt: "Gantt",
  runs: "Runs",
  tasks: "Tasks",
  calendar: "Calendar",
  durations: "Durations",
  code: "Code",
  backfills: "Backfills",
  details: "Details",
  audit: "Audit",
};

const TriggerForm = lazy(() => import("./trigger/TriggerForm").then((found) => ({ default: found.TriggerForm })));

type Lazy = Exclude<Tab, "grid">;

const LOADS: Record<Lazy, () => Promise<{ default: ComponentType<TabProps> }>> = {
  graph: () => import("./graph/GraphTab").then((found) => ({ default: found.GraphTab })),
  gantt: () => import("./tabs/GanttTab").then((found) => ({ default: found.GanttTab })),
  runs: () => import("./tabs/RunsTab").then((found) => ({ default: found.RunsTab })),
  tasks: () => import("./tabs/TasksTab").then((found) => ({ default: found.TasksTab })),
  calendar: () => import("./tabs/CalendarTab").then((found) => ({ default: found.CalendarTab })),
  durations: () => import("./tabs/DurationsTab").then((found) => ({ default: found.DurationsTab })),
  code: () => import("./code/CodeTab").then((found) => ({ default: found.CodeTab })),
  backfills: () => import("./backfills/BackfillsTab").then((found) => ({ default: found.BackfillsTab })),
  details: () => import("./tabs/DetailsTab").then((found) => ({ default: found.DetailsTab })),
  audit: () => import("./tabs/AuditTab").then((found) => ({ default: found.AuditTab })),
};

const LAZY: Record<Lazy, ComponentType<TabProps>> = {
  graph: lazy(LOADS.graph),
  gantt: lazy(LOADS.gantt),
  runs: lazy(LOADS.runs),
  tasks: lazy(LOADS.tasks),
  calendar: lazy(LOADS.calendar),
  durations: lazy(LOADS.durations),
  code: lazy(LOADS.code),
  backfills: lazy(LOADS.backfills),
  details: lazy(LOADS.details),
  audit: lazy(LOADS.audit),
};

export function DagPage({ dagId, search, go }: { dagId: string; search: DagSearch; go: Go }) {
  const { data: dag, error, refetch } = useQuery(headQuery(dagId));
  const tab = search.tab ?? "grid";
  const client = useQueryClient();
  const { version, run } = search;
  // The code and the tasks of a tab are asked for at once, not only when the head is there.
  useEffect(() => {
    if (tab !== "grid") LOADS[tab]().catch(() => undefined); // the tab itself tells that its code did not come
    if (tab === "graph") void client.prefetchQuery(structureQuery(dagId, version, run));
  }, [client, tab, dagId, version, run]);
  if (error) {
    return (
      <Page title={dagId}>
        <ErrorPanel error={error} retry={() => void refetch()} />
      </Page>
    );
  }
  return (
    <Page
      title={dag?.display_name ?? dagId}
      heading={dag ? <Heading dag={dag} /> : dagId}
      actions={dag && <Actions dag={dag} go={go} />}
    >
      {dag ? <Facts dag={dag} /> : <div style={{ height: 56 }} />}
      <TabList tab={tab} go={go} />
      <div role="tabpanel" id="dag-tabpanel" aria-labelledby={`dag-tab-${tab}`}>
        {tab === "grid" ? (
          <GridTab dagId={dagId} search={search} go={go} />
        ) : dag ? (
          <LazyTab tab={tab} dag={dag} search={search} go={go} />
        ) : (
          <Loading />
        )}
      </div>
      <Suspense>
        {dag && search.trigger && <TriggerForm dag={dag} onClose={() => go({ trigger: undefined })} />}
      </Suspense>
    </Page>
  );
}

function LazyTab({ tab, ...props }: TabProps & { tab: Lazy }) {
  const Content = LAZY[tab];
  return (
    <Suspense fallback={<Loading />}>
      <Content {...props} />
    </Suspense>
  );
}

function TabList({ tab, go }: { tab: Tab; go: Go }) {
  const step = (by: number): void => {
    const next = TABS[(TABS.indexOf(tab) + by + TABS.length) % TABS.length] ?? "grid";
    go({ tab: next === "grid" ? undefined : next });
    document.getElementById(`dag-tab-${next}`)?.focus();
  };
  return (
    <div className={classes.tabs} role="tablist" aria-label="Views of the DAG">
      {TABS.map((one) => (
        <button
          type="button"
          role="tab"
          key={one}
          id={`dag-tab-${one}`}
          aria-selected={one === tab}
          aria-controls="dag-tabpanel"
          tabIndex={one === tab ? 0 : -1}
          className={classes.tab}
          onClick={() => go({ tab: one === "grid" ? undefined : one }, true)}
          onKeyDown={(event) => {
            if (event.key === "ArrowRight") step(1);
            if (event.key === "ArrowLeft") step(-1);
          }}
        >
          {LABELS[one]}
        </button>
      ))}
    </div>
  );
}
