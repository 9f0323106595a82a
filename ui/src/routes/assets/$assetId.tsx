import { createFileRoute } from "@tanstack/react-router";
import { AssetPage } from "@/features/assets/AssetPage";

export const Route = createFileRoute("/assets/$assetId")({ component: OneAsset });

function OneAsset() {
  return <AssetPage assetId={Number(Route.useParams().assetId)} />;
}
