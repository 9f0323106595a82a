import { createFileRoute } from "@tanstack/react-router";
import { ProvidersPage } from "@/features/catalog/ProvidersPage";
import { given, text } from "@/shared/ui/search-params";

export const Route = createFileRoute("/providers")({
  component: ProvidersPage,
  validateSearch: (search: Record<string, unknown>) => given({ search: text(search.search), sort: text(search.sort) }),
});
