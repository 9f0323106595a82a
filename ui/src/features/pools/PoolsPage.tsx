// Pools: how many tasks of a kind may run at once, and how many do.
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect } from "react";
import { api, data } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import { PAGE, useLongList } from "@/shared/api/lists";
import { onChange } from "@/shared/api/live";
import type { Schemas } from "@/shared/api/schemas";
import type { Column } from "@/shared/ui/DataTable";
import { EmptyState } from "@/shared/ui/EmptyState";
import { given } from "@/shared/ui/search-params";
import { Things } from "@/shared/ui/Things";
import { PoolForm } from "./PoolForm";
import { SlotBar } from "./SlotBar";

type Pool = Schemas["PoolResponse"];

const AGAIN_MS = 1000;
const DEFAULT = "default_pool";

const COLUMNS: Column<Pool>[] = [
  { id: "name", header: "Pool", sort: "name", width: "minmax(130px, 1fr)", cell: (row) => row.name },
  { id: "slots", header: "Slots in use", width: "minmax(140px, 2fr)", cell: (row) => <SlotBar pool={row} /> },
  {
    id: "open",
    header: "Free",
    width: "80px",
    align: "end",
    isMinor: true,
    cell: (row) => (row.slots < 0 ? "∞" : row.open_slots),
  },
  {
    id: "description",
    header: "Description",
    width: "minmax(160px, 1fr)",
    isMinor: true,
    cell: (row) => <span title={row.description ?? undefined}>{row.description}</span>,
  },
];

export function PoolsPage() {
  const { search, sort, add } = useSearch({ from: "/pools" });
  const navigate = useNavigate({ from: "/pools" });
  const client = useQueryClient();
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
  return (
    <Things
      title="Pools"
      one="a pool"
      resource="pool"
      list={list}
      columns={COLUMNS}
      nameOf={(row) => row.name}
      isFixed={(row) => row.name === DEFAULT}
      isAdding={add === 1}
      onAdding={(isAdding) =>
        void navigate({ search: given({ search, sort, add: isAdding ? (1 as const) : undefined }), replace: !isAdding })
      }
      address={{
        label: "Search by name",
        search,
        sort: sort ?? "name",
        onChange: (change) => void navigate({ search: given({ search, sort, ...change }), replace: true }),
      }}
      form={(row, close) => <PoolForm pool={row} onClose={close} onSaved={() => void changed()} />}
      remove={{
        act: (row) => api.DELETE("/api/v2/pools/{pool_name}", { params: { path: { pool_name: row.name } } }),
        after: changed,
        consequences: "Tasks that name this pool are not scheduled any more until there is a pool of that name again.",
      }}
      empty={<EmptyState title="No pools">A pool limits how many of its tasks run at once.</EmptyState>}
    />
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
