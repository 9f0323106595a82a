// Below the tasks of a run: the log of the one that is chosen, or the instances of a mapped one.
import { Button } from "@mantine/core";
import { IconArrowLeft, IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { InstanceLog } from "@/shared/task/InstanceLog";
import { MappedList } from "@/shared/task/MappedList";
import { taskView } from "@/shared/task/queries";
import { StateBadge } from "@/shared/ui/StateIcon";
import { ErrorPanel, Loading } from "@/shared/ui/whole-page";
import classes from "./RunPage.module.css";
import type { RunSearch } from "./search";

export function SelectedTask(given: {
  dagId: string;
  runId: string;
  taskId: string;
  search: RunSearch;
  onSearch: (search: Partial<Record<keyof RunSearch, string | number | undefined>>) => void;
}) {
  const { dagId, runId, taskId, search, onSearch } = given;
  const mapIndex = search.map_index ?? -1;
  const view = useQuery(taskView(dagId, runId, taskId, mapIndex));
  const isWhole = view.data?.is_mapped === true && view.data.instance === null;
  return (
    <section className="card" aria-label={`Log of ${taskId}`} style={{ overflow: "hidden" }}>
      <header
        className={classes.panelHead}
        style={{ padding: "6px 10px 6px 14px", borderBottom: "1px solid var(--line)" }}
      >
        {search.map_index !== undefined && (
          <Button
            size="compact-xs"
            variant="subtle"
            leftSection={<IconArrowLeft size={13} />}
            onClick={() => onSearch({ map_index: undefined, try: undefined, at: undefined })}
          >
            All instances
          </Button>
        )}
        <Link
          to="/dags/$dagId/runs/$runId/tasks/$taskId"
          params={{ dagId, runId, taskId }}
          search={search.map_index === undefined ? {} : { map_index: search.map_index }}
          className="ellipsis"
          style={{ fontWeight: 600 }}
        >
          {taskId}
          {search.map_index !== undefined && ` [${view.data?.instance?.rendered_map_index ?? search.map_index}]`}
        </Link>
        {view.data?.instance && <StateBadge state={view.data.instance.state} />}
        <Button
          size="compact-xs"
          variant="subtle"
          color="gray"
          ml="auto"
          leftSection={<IconX size={13} />}
          onClick={() => onSearch({ task: undefined, map_index: undefined, try: undefined, at: undefined })}
        >
          Close
        </Button>
      </header>
      {view.error ? (
        <ErrorPanel error={view.error} retry={() => void view.refetch()} />
      ) : !view.data ? (
        <Loading />
      ) : isWhole ? (
        <MappedList
          dagId={dagId}
          runId={runId}
          taskId={taskId}
          counts={view.data.counts}
          link={(index, label) => (
            <Link
              to="/dags/$dagId/runs/$runId"
              params={{ dagId, runId }}
              search={{ ...search, task: taskId, map_index: index }}
              resetScroll={false}
            >
              {label}
            </Link>
          )}
        />
      ) : (
        <InstanceLog
          dagId={dagId}
          runId={runId}
          taskId={taskId}
          mapIndex={mapIndex}
          view={view.data}
          tryNumber={search.try}
          onTry={(number) => onSearch({ try: number, at: undefined })}
          at={search.at}
          onAt={(at) => onSearch({ at })}
          height="min(52vh, 560px)"
        />
      )}
    </section>
  );
}
