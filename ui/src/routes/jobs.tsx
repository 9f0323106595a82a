import { createFileRoute } from "@tanstack/react-router";
import { JobsPage } from "@/features/jobs/JobsPage";
import { given, text } from "@/shared/ui/search-params";

export const Route = createFileRoute("/jobs")({
  component: JobsPage,
  validateSearch: (search: Record<string, unknown>) => given({ search: text(search.search), sort: text(search.sort) }),
});
