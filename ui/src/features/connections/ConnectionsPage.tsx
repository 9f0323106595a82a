// Connections: where other systems are, and how to get in.
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { api, data } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import { PAGE, useLongList } from "@/shared/api/lists";
import type { Schemas } from "@/shared/api/schemas";
import { Copyable } from "@/shared/ui/Copyable";
import type { Column } from "@/shared/ui/DataTable";
import { EmptyState } from "@/shared/ui/EmptyState";
import { given } from "@/shared/ui/search-params";
import { Things } from "@/shared/ui/Things";
import { ConnectionForm } from "./ConnectionForm";

type Connection = Schemas["ConnectionResponse"];

const FIRST = "tradewind connections add warehouse --conn-uri 'postgresql://ada@db.example.com:5432/sales'";

const COLUMNS: Column<Connection>[] = [
  {
    id: "id",
    header: "Connection",
    sort: "connection_id",
    width: "minmax(150px, 1fr)",
    cell: (row) => <Copyable text={row.connection_id} />,
  },
  { id: "type", header: "Type", sort: "conn_type", width: "110px", cell: (row) => row.conn_type },
  {
    id: "where",
    header: "Where",
    width: "minmax(200px, 1.5fr)",
    isMinor: true,
    cell: (row) => <span className="mono">{placeOf(row)}</span>,
  },
  { id: "login", header: "Login", width: "140px", isMinor: true, cell: (row) => row.login },
  {
    id: "description",
    header: "Description",
    width: "minmax(160px, 1fr)",
    isMinor: true,
    cell: (row) => <span title={row.description ?? undefined}>{row.description}</span>,
  },
];

function placeOf(row: Connection): string {
  const place = [row.host, row.port].filter((part) => part !== null && part !== "").join(":");
  return row.schema ? `${place}/${row.schema}` : place;
}

export function ConnectionsPage() {
  const { search, sort, add } = useSearch({ from: "/connections" });
  const navigate = useNavigate({ from: "/connections" });
  const client = useQueryClient();
  const list = useLongList<Connection>(keys.admin("connections", search, sort), async (offset) => {
    const query = given({
      limit: PAGE,
      offset,
      connection_id_pattern: search && `%${search}%`,
      order_by: [sort ?? "connection_id"],
    });
    const page = await data(api.GET("/api/v2/connections", { params: { query } }));
    return { rows: page.connections, total: page.total_entries };
  });
  const changed = () => client.invalidateQueries({ queryKey: keys.admin("connections") });
  return (
    <Things
      title="Connections"
      one="a connection"
      resource="connection"
      list={list}
      columns={COLUMNS}
      nameOf={(row) => row.connection_id}
      isAdding={add === 1}
      onAdding={(isAdding) =>
        void navigate({ search: given({ search, sort, add: isAdding ? (1 as const) : undefined }), replace: !isAdding })
      }
      address={{
        label: "Search by id",
        search,
        sort: sort ?? "connection_id",
        onChange: (change) => void navigate({ search: given({ search, sort, ...change }), replace: true }),
      }}
      form={(row, close) => <ConnectionForm connection={row} onClose={close} onSaved={() => void changed()} />}
      remove={{
        act: (row) =>
          api.DELETE("/api/v2/connections/{connection_id}", {
            params: { path: { connection_id: row.connection_id } },
          }),
        after: changed,
        consequences: "Tasks that use it fail from now on. Its secrets cannot be brought back.",
      }}
      empty={
        <EmptyState title="No connections yet" code={FIRST}>
          A connection says where a system is and how to get in, so that no DAG has to. Secrets are kept encrypted and
          never shown again.
        </EmptyState>
      }
    />
  );
}
