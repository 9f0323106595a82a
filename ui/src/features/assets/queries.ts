// What the pages of assets ask for and do.
import { queryOptions } from "@tanstack/react-query";
import { queryClient } from "@/queries";
import { api, data } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import type { Schemas } from "@/shared/api/schemas";
import type { AssetsSort } from "./search";

export type AssetRow = Schemas["AssetsViewRow"];
export type AssetsAnswer = Schemas["AssetsViewResponse"];
export type Asset = Schemas["AssetViewResponse"];
export type AssetEvent = Schemas["AssetViewEvent"];
export type AssetGraph = Schemas["AssetsGraphResponse"];
export type GraphNode = Schemas["AssetsGraphNode"];

export const PAGE = 200;

export function readAssets(q: string, sort: AssetsSort, offset: number, limit: number): Promise<AssetsAnswer> {
  const query = { offset, limit, order_by: sort, ...(q ? { q } : {}) };
  return data(api.GET("/api/v2/ui/assets", { params: { query } }));
}

export const assetQuery = (assetId: number) =>
  queryOptions({
    queryKey: keys.assets("one", assetId),
    // The client types what is a tuple as a list.
    queryFn: () =>
      data(api.GET("/api/v2/ui/assets/{asset_id}", { params: { path: { asset_id: assetId } } })) as Promise<Asset>,
  });

export const graphQuery = queryOptions({
  queryKey: keys.assets("graph"),
  queryFn: () => data(api.GET("/api/v2/ui/assets/graph")) as Promise<AssetGraph>,
});

export async function materialize(assetId: number): Promise<{ dag_id: string; run_id: string }> {
  const run = await data(
    api.POST("/api/v2/assets/{asset_id}/materialize", { params: { path: { asset_id: assetId } }, body: {} }),
  );
  await queryClient.invalidateQueries({ queryKey: keys.assets() });
  return { dag_id: run.dag_id, run_id: run.dag_run_id };
}

export async function tellOfEvent(assetId: number): Promise<void> {
  await api.POST("/api/v2/assets/events", { body: { asset_id: assetId, extra: {} } });
  await queryClient.invalidateQueries({ queryKey: keys.assets() });
}
