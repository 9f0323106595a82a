import { createFileRoute } from "@tanstack/react-router";
import { RunPage } from "@/features/run/RunPage";
import { runSearch } from "@/features/run/search";

export const Route = createFileRoute("/dags/$dagId/runs/$runId/")({
  component: RunPage,
  validateSearch: runSearch,
});
