// What the page of all DAGs asks for and changes.
import { queryClient } from "@/queries";
import { api, data } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import type { Schemas } from "@/shared/api/schemas";
import type { DagsSearch } from "./search";

export type DagRow = Schemas["DagsViewRow"];
export type DagsPage = Schemas["DagsViewResponse"];

export const PAGE = 50;

export const dagsKey = (search: DagsSearch) => keys.dags("page", search);

export function readDags(search: DagsSearch, offset: number, limit: number): Promise<DagsPage> {
  // The client types what is a tuple as a list.
  return data(
    api.GET("/api/v2/ui/dags", {
      params: {
        query: {
          offset,
          limit,
          order_by: search.sort ?? "name",
          ...(search.search ? { q: search.search } : {}),
          ...(search.tags ? { tags: search.tags } : {}),
          ...(search.owners ? { owners: search.owners } : {}),
          ...(search.state ? { state: search.state } : {}),
          ...(search.show === "active" ? { paused: false } : search.show === "paused" ? { paused: true } : {}),
          ...(search.show === "favorites" ? { favorites: true } : {}),
        },
      },
    }),
  ) as Promise<DagsPage>;
}

export async function setPaused(dagId: string, isPaused: boolean): Promise<void> {
  await api.PATCH("/api/v2/dags/{dag_id}", { params: { path: { dag_id: dagId } }, body: { is_paused: isPaused } });
  await queryClient.invalidateQueries({ queryKey: keys.dags() });
}

export async function setFavorite(dagId: string, isFavorite: boolean): Promise<void> {
  const params = { path: { dag_id: dagId } };
  if (isFavorite) await api.POST("/api/v2/dags/{dag_id}/favorite", { params });
  else await api.POST("/api/v2/dags/{dag_id}/unfavorite", { params });
  await queryClient.invalidateQueries({ queryKey: keys.dags() });
}
