import { createFileRoute } from "@tanstack/react-router";
import { ConfigPage } from "@/features/config/ConfigPage";
import { given, text } from "@/shared/ui/search-params";

export const Route = createFileRoute("/config")({
  component: ConfigPage,
  validateSearch: (search: Record<string, unknown>) => given({ search: text(search.search), sort: text(search.sort) }),
});
