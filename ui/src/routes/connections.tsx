import { createFileRoute } from "@tanstack/react-router";
import { ConnectionsPage } from "@/features/connections/ConnectionsPage";
import { given, text } from "@/shared/ui/search-params";

export const Route = createFileRoute("/connections")({
  component: ConnectionsPage,
  validateSearch: (search: Record<string, unknown>) =>
    given({
      search: text(search.search),
      sort: text(search.sort),
      // The form of a new one is open.
      add: search.add === 1 || search.add === "1" ? (1 as const) : undefined,
    }),
});
