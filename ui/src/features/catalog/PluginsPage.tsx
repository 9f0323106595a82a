// What plugins are installed, and what each adds.
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { api, data } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import { PAGE, useLongList } from "@/shared/api/lists";
import type { Column } from "@/shared/ui/DataTable";
import { EmptyState } from "@/shared/ui/EmptyState";
import { ListPage } from "@/shared/ui/ListPage";

type Plugin = Record<string, unknown>;

const FIRST = `# plugins/our_macros.py, beside the DAGs folder
from tradewind.sdk.plugins import AirflowPlugin

class OurMacros(AirflowPlugin):
    name = "our_macros"
    macros = [fiscal_year]`;

const COLUMNS: Column<Plugin>[] = [
  {
    id: "name",
    header: "Plugin",
    width: "minmax(140px, 1fr)",
    value: (row) => String(row.name),
    cell: (row) => String(row.name),
  },
  { id: "adds", header: "Adds", width: "minmax(160px, 2fr)", cell: (row) => added(row) },
  { id: "source", header: "From", width: "minmax(200px, 1fr)", isMinor: true, cell: (row) => String(row.source ?? "") },
];

/** The kinds of things that a plugin brings, with their number. */
function added(plugin: Plugin): string {
  return Object.entries(plugin)
    .filter((entry): entry is [string, unknown[]] => Array.isArray(entry[1]) && entry[1].length > 0)
    .map(([kind, things]) => `${things.length} ${kind.replaceAll("_", " ")}`)
    .join(", ");
}

export function PluginsPage() {
  const { search } = useSearch({ from: "/plugins" });
  const navigate = useNavigate({ from: "/plugins" });
  const list = useLongList<Plugin>(keys.admin("plugins"), async (offset) => {
    const page = await data(api.GET("/api/v2/plugins", { params: { query: { limit: PAGE, offset } } }));
    return { rows: page.plugins, total: page.total_entries };
  });
  const broken = useQuery({
    queryKey: keys.admin("plugin-errors"),
    queryFn: () => data(api.GET("/api/v2/plugins/importErrors")),
  });
  const wanted = search?.toLowerCase();
  const rows = wanted ? list.rows.filter((row) => String(row.name).toLowerCase().includes(wanted)) : list.rows;
  return (
    <ListPage
      title="Plugins"
      list={{ ...list, rows }}
      columns={COLUMNS}
      rowKey={(row) => `${String(row.name)} ${String(row.source)}`}
      search={{
        label: "Search by name",
        value: search,
        onChange: (value) => void navigate({ search: value ? { search: value } : {}, replace: true }),
      }}
      filters={
        broken.data && broken.data.total_entries > 0 ? (
          <span>{`${broken.data.total_entries} could not be loaded: ${broken.data.import_errors.map((one) => one.source).join(", ")}`}</span>
        ) : undefined
      }
      empty={
        <EmptyState title="No plugins" code={FIRST}>
          A plugin adds macros, timetables, listeners and links of your own.
        </EmptyState>
      }
    />
  );
}
