// The tasks of the newest version, and what each is set to.
import { TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, data } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import type { Schemas } from "@/shared/api/schemas";
import { duration } from "@/shared/format/time";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { EmptyState } from "@/shared/ui/EmptyState";
import { ErrorPanel, Loading } from "@/shared/ui/whole-page";
import type { TabProps } from "../DagPage";

type Task = Schemas["TaskResponse"];

export function TasksTab({ dag, search, go }: TabProps) {
  const [wanted, setWanted] = useState("");
  const {
    data: tasks,
    error,
    refetch,
  } = useQuery({
    queryKey: keys.dag(dag.dag_id, "tasks", search.sort ?? null),
    queryFn: () =>
      data(
        api.GET("/api/v2/dags/{dag_id}/tasks", {
          params: { path: { dag_id: dag.dag_id }, query: search.sort ? { order_by: search.sort } : {} },
        }),
      ),
    retry: false,
  });
  if (error) return <ErrorPanel error={error} retry={() => void refetch()} />;
  if (!tasks) return <Loading />;
  const rows = tasks.tasks.filter((task) =>
    `${task.task_id} ${task.operator_name}`.toLowerCase().includes(wanted.trim().toLowerCase()),
  );
  const columns: Column<Task>[] = [
    {
      id: "task",
      header: "Task",
      width: "minmax(150px, 2fr)",
      sort: "task_id",
      cell: (task) => (
        <button
          type="button"
          data-open
          style={{ all: "unset", cursor: "pointer", color: "var(--accent)" }}
          onClick={() => go({ tab: "graph", task: task.task_id }, true)}
        >
          {task.task_id}
          {task.is_mapped && " [ ]"}
        </button>
      ),
    },
    {
      id: "operator",
      header: "Operator",
      width: "minmax(130px, 1fr)",
      sort: "operator_name",
      cell: (task) => task.operator_name,
    },
    {
      id: "rule",
      isMinor: true,
      header: "Runs when",
      width: "120px",
      sort: "trigger_rule",
      cell: (task) => task.trigger_rule.replaceAll("_", " "),
    },
    {
      id: "retries",
      isMinor: true,
      header: "Retries",
      width: "125px",
      sort: "retries",
      cell: (task) => (task.retries ? `${task.retries}, after ${seconds(task.retry_delay)}` : "none"),
    },
    { id: "pool", isMinor: true, header: "Pool", width: "110px", cell: (task) => task.pool },
    { id: "queue", isMinor: true, header: "Queue", width: "80px", cell: (task) => task.queue },
    {
      id: "priority",
      isMinor: true,
      header: "Priority",
      width: "80px",
      align: "end",
      cell: (task) => task.priority_weight,
    },
    { id: "owner", isMinor: true, header: "Owner", width: "90px", sort: "owner", cell: (task) => task.owner },
    {
      id: "after",
      isMinor: true,
      header: "Then",
      width: "minmax(110px, 1fr)",
      cell: (task) => task.downstream_task_ids?.join(", ") ?? "",
    },
  ];
  return (
    <div>
      <TextInput
        aria-label="Find a task"
        placeholder="Find a task"
        w={260}
        mb={8}
        value={wanted}
        onChange={(event) => setWanted(event.currentTarget.value)}
      />
      <DataTable
        label={`Tasks of ${dag.dag_id}`}
        name="tasks of a DAG"
        rows={rows}
        columns={columns}
        rowKey={(task) => task.task_id ?? ""}
        sorting={{ by: search.sort, onChange: (by) => go({ sort: by }) }}
        height="calc(100vh - 310px)"
        empty={<EmptyState title="No task is called that" />}
      />
    </div>
  );
}

function seconds(delta: Task["retry_delay"]): string {
  return delta ? duration(delta.days * 86_400 + delta.seconds) : "–";
}
