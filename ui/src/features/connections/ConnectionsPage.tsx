// Connections: where other systems are, and how to get in.
import { ActionIcon, Button } from "@mantine/core";
import { IconEdit, IconPlus, IconTrash } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { api, data } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import { PAGE, useLongList } from "@/shared/api/lists";
import type { Schemas } from "@/shared/api/schemas";
import { Copyable } from "@/shared/ui/Copyable";
import { Confirm } from "@/shared/ui/confirm";
import type { Column } from "@/shared/ui/DataTable";
import { EmptyState } from "@/shared/ui/EmptyState";
import { Gated } from "@/shared/ui/Gated";
import { ListPage } from "@/shared/ui/ListPage";
import { given } from "@/shared/ui/search-params";
import { tellDone } from "@/shared/ui/told";
import { ConnectionForm } from "./ConnectionForm";

type Connection = Schemas["ConnectionResponse"];
type Asked =
  | { kind: "edit"; connection: Connection | undefined }
  | { kind: "delete"; connection: Connection }
  | undefined;

const FIRST = "tradewind connections add warehouse --conn-uri 'postgresql://ada@db.example.com:5432/sales'";

export function ConnectionsPage() {
  const { search, sort } = useSearch({ from: "/connections" });
  const navigate = useNavigate({ from: "/connections" });
  const client = useQueryClient();
  const [asked, ask] = useState<Asked>();
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
  const columns: Column<Connection>[] = [
    {
      id: "id",
      header: "Connection",
      sort: "connection_id",
      width: "minmax(180px, 1fr)",
      cell: (row) => <Copyable text={row.connection_id} />,
    },
    { id: "type", header: "Type", sort: "conn_type", width: "140px", cell: (row) => row.conn_type },
    {
      id: "where",
      header: "Where",
      width: "minmax(200px, 1.5fr)",
      cell: (row) => (
        <span className="mono">
          {[row.host, row.port].filter((part) => part !== null && part !== "").join(":")}
          {row.schema ? `/${row.schema}` : ""}
        </span>
      ),
    },
    { id: "login", header: "Login", width: "140px", cell: (row) => row.login },
    { id: "description", header: "Description", width: "minmax(160px, 1fr)", cell: (row) => row.description },
    {
      id: "actions",
      header: <span className="sr-only">Actions</span>,
      width: "90px",
      align: "end",
      cell: (row) => (
        <>
          <Gated needs="edit:connection" name={row.connection_id}>
            <ActionIcon aria-label={`Edit ${row.connection_id}`} onClick={() => ask({ kind: "edit", connection: row })}>
              <IconEdit size={16} />
            </ActionIcon>
          </Gated>
          <ActionIcon
            aria-label={`Delete ${row.connection_id}`}
            onClick={() => ask({ kind: "delete", connection: row })}
          >
            <IconTrash size={16} />
          </ActionIcon>
        </>
      ),
    },
  ];
  return (
    <>
      <ListPage
        title="Connections"
        list={list}
        columns={columns}
        rowKey={(row) => row.connection_id}
        search={{
          label: "Search by id",
          value: search,
          onChange: (value) => void navigate({ search: given({ search: value, sort }), replace: true }),
        }}
        sorting={{
          by: sort ?? "connection_id",
          onChange: (by) => void navigate({ search: given({ search, sort: by }) }),
        }}
        actions={
          <Gated needs="create:connection">
            <Button leftSection={<IconPlus size={14} />} onClick={() => ask({ kind: "edit", connection: undefined })}>
              Add a connection
            </Button>
          </Gated>
        }
        empty={
          <EmptyState title="No connections yet" code={FIRST}>
            A connection says where a system is and how to get in, so that no DAG has to. Secrets are kept encrypted and
            never shown again.
          </EmptyState>
        }
      />
      {asked?.kind === "edit" && (
        <ConnectionForm connection={asked.connection} onClose={() => ask(undefined)} onSaved={() => void changed()} />
      )}
      {asked?.kind === "delete" && (
        <Confirm
          title={`Delete ${asked.connection.connection_id}?`}
          yes="Delete"
          isDangerous
          onClose={() => ask(undefined)}
          act={async () => {
            const path = { connection_id: asked.connection.connection_id };
            await api.DELETE("/api/v2/connections/{connection_id}", { params: { path } });
            await changed();
            tellDone(`${asked.connection.connection_id} is deleted.`);
          }}
        >
          Tasks that use it fail from now on. Its secrets cannot be brought back.
        </Confirm>
      )}
    </>
  );
}
