// What provider packages are installed.
import { useNavigate, useSearch } from "@tanstack/react-router";
import { api, data } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import { PAGE, useLongList } from "@/shared/api/lists";
import type { Schemas } from "@/shared/api/schemas";
import type { Column } from "@/shared/ui/DataTable";
import { EmptyState } from "@/shared/ui/EmptyState";
import { ListPage } from "@/shared/ui/ListPage";

type Provider = Schemas["ProviderResponse"];

const COLUMNS: Column<Provider>[] = [
  {
    id: "name",
    header: "Package",
    width: "minmax(200px, 1fr)",
    value: (row) => row.package_name,
    cell: (row) =>
      row.documentation_url && /^https?:/.test(row.documentation_url) ? (
        <a href={row.documentation_url} target="_blank" rel="noreferrer">
          {row.package_name}
        </a>
      ) : (
        row.package_name
      ),
  },
  { id: "version", header: "Version", width: "90px", cell: (row) => <span className="mono">{row.version}</span> },
  {
    id: "description",
    header: "Description",
    isMinor: true,
    width: "minmax(260px, 2fr)",
    cell: (row) => plain(row.description),
  },
];

/** A description without the marks of reStructuredText. */
function plain(description: string): string {
  return description.replace(/`([^`<]+?)\s*<[^>]*>`__?/g, "$1").replace(/`+/g, "");
}

export function ProvidersPage() {
  const { search } = useSearch({ from: "/providers" });
  const navigate = useNavigate({ from: "/providers" });
  const list = useLongList<Provider>(keys.admin("providers"), async (offset) => {
    const page = await data(api.GET("/api/v2/providers", { params: { query: { limit: PAGE, offset } } }));
    return { rows: page.providers, total: page.total_entries };
  });
  const wanted = search?.toLowerCase();
  const rows = wanted ? list.rows.filter((row) => row.package_name.toLowerCase().includes(wanted)) : list.rows;
  return (
    <ListPage
      title="Providers"
      list={{ ...list, rows }}
      columns={COLUMNS}
      rowKey={(row) => row.package_name}
      search={{
        label: "Search by package",
        value: search,
        onChange: (value) => void navigate({ search: value ? { search: value } : {}, replace: true }),
      }}
      empty={
        <EmptyState title="No provider packages" code="pip install apache-airflow-providers-postgres">
          Provider packages bring operators and hooks for other systems. Those published for Airflow work as they are.
        </EmptyState>
      }
    />
  );
}
