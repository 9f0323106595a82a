// Pools: how many tasks of a kind may run at once, and how many do.
import { ActionIcon, Button } from "@mantine/core";
import { IconEdit, IconPlus, IconTrash } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { api, data } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import { PAGE, useLongList } from "@/shared/api/lists";
import { onChange } from "@/shared/api/live";
import type { Schemas } from "@/shared/api/schemas";
import { Confirm } from "@/shared/ui/confirm";
import type { Column } from "@/shared/ui/DataTable";
import { EmptyState } from "@/shared/ui/EmptyState";
import { Gated } from "@/shared/ui/Gated";
import { ListPage } from "@/shared/ui/ListPage";
import { given } from "@/shared/ui/search-params";
import { tellDone } from "@/shared/ui/told";
import { PoolForm } from "./PoolForm";
import { SlotBar } from "./SlotBar";

type Pool = Schemas["PoolResponse"];
type Asked = { kind: "edit"; pool: Pool | undefined } | { kind: "delete"; pool: Pool } | undefined;

const AGAIN_MS = 1000;

export function PoolsPage() {
  const { search, sort } = useSearch({ from: "/pools" });
  const navigate = useNavigate({ from: "/pools" });
  const client = useQueryClient();
  const [asked, ask] = useState<Asked>();
  const list = useLongList<Pool>(keys.admin("pools", search, sort), async (offset) => {
    const query = given({
      limit: PAGE,
      offset,
      pool_name_pattern: search && `%${search}%`,
      order_by: [sort ?? "name"],
    });
    const page = await data(api.GET("/api/v2/pools", { params: { query } }));
    return { rows: page.pools, total: page.total_entries };
  });
  const changed = () => client.invalidateQueries({ queryKey: keys.admin("pools") });
  useSlotsAsTheyAre();
  const columns: Column<Pool>[] = [
    { id: "name", header: "Pool", sort: "name", width: "minmax(160px, 1fr)", cell: (row) => row.name },
    { id: "slots", header: "Slots in use", width: "minmax(280px, 2fr)", cell: (row) => <SlotBar pool={row} /> },
    { id: "open", header: "Free", width: "80px", align: "end", cell: (row) => (row.slots < 0 ? "∞" : row.open_slots) },
    { id: "description", header: "Description", width: "minmax(160px, 1fr)", cell: (row) => row.description },
    {
      id: "actions",
      header: <span className="sr-only">Actions</span>,
      width: "90px",
      align: "end",
      cell: (row) => (
        <>
          <Gated needs="edit:pool" name={row.name}>
            <ActionIcon aria-label={`Edit ${row.name}`} onClick={() => ask({ kind: "edit", pool: row })}>
              <IconEdit size={16} />
            </ActionIcon>
          </Gated>
          {row.name !== "default_pool" && (
            <Gated needs="delete:pool" name={row.name}>
              <ActionIcon aria-label={`Delete ${row.name}`} onClick={() => ask({ kind: "delete", pool: row })}>
                <IconTrash size={16} />
              </ActionIcon>
            </Gated>
          )}
        </>
      ),
    },
  ];
  return (
    <>
      <ListPage
        title="Pools"
        list={list}
        columns={columns}
        rowKey={(row) => row.name}
        search={{
          label: "Search by name",
          value: search,
          onChange: (value) => void navigate({ search: given({ search: value, sort }), replace: true }),
        }}
        sorting={{ by: sort ?? "name", onChange: (by) => void navigate({ search: given({ search, sort: by }) }) }}
        actions={
          <Gated needs="create:pool">
            <Button leftSection={<IconPlus size={14} />} onClick={() => ask({ kind: "edit", pool: undefined })}>
              Add a pool
            </Button>
          </Gated>
        }
        empty={<EmptyState title="No pools">A pool limits how many of its tasks run at once.</EmptyState>}
      />
      {asked?.kind === "edit" && (
        <PoolForm pool={asked.pool} onClose={() => ask(undefined)} onSaved={() => void changed()} />
      )}
      {asked?.kind === "delete" && (
        <Confirm
          title={`Delete ${asked.pool.name}?`}
          yes="Delete"
          isDangerous
          onClose={() => ask(undefined)}
          act={async () => {
            await api.DELETE("/api/v2/pools/{pool_name}", { params: { path: { pool_name: asked.pool.name } } });
            await changed();
            tellDone(`${asked.pool.name} is deleted.`);
          }}
        >
          Tasks that name this pool are not scheduled any more until there is a pool of that name again.
        </Confirm>
      )}
    </>
  );
}

/** Slots are taken and freed as tasks start and end: read again then, once a second at most. */
function useSlotsAsTheyAre(): void {
  const client = useQueryClient();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = onChange((change) => {
      if (change.type !== "task_instance" || timer !== undefined) return;
      timer = setTimeout(() => {
        timer = undefined;
        void client.invalidateQueries({ queryKey: keys.admin("pools") });
      }, AGAIN_MS);
    });
    return () => {
      clearTimeout(timer);
      end();
    };
  }, [client]);
}
