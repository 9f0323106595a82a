import { createFileRoute } from "@tanstack/react-router";
import { ImportErrorsPage } from "@/features/import-errors/ImportErrorsPage";
import { given, text } from "@/shared/ui/search-params";

export const Route = createFileRoute("/import-errors")({
  component: ImportErrorsPage,
  validateSearch: (search: Record<string, unknown>) => given({ search: text(search.search), sort: text(search.sort) }),
});
