import { createFileRoute } from "@tanstack/react-router";
import { taskSearch } from "@/features/task/search";
import { TaskPage } from "@/features/task/TaskPage";

export const Route = createFileRoute("/dags/$dagId/runs/$runId/tasks/$taskId")({
  component: TaskPage,
  validateSearch: taskSearch,
});
