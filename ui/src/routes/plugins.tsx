import { createFileRoute } from "@tanstack/react-router";
import { PluginsPage } from "@/features/catalog/PluginsPage";
import { given, text } from "@/shared/ui/search-params";

export const Route = createFileRoute("/plugins")({
  component: PluginsPage,
  validateSearch: (search: Record<string, unknown>) => given({ search: text(search.search), sort: text(search.sort) }),
});
