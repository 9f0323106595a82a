import { createFileRoute } from "@tanstack/react-router";
import { AssetsPage } from "@/features/assets/AssetsPage";
import { assetsSearch } from "@/features/assets/search";

export const Route = createFileRoute("/assets/")({ component: Assets, validateSearch: assetsSearch });

function Assets() {
  const navigate = Route.useNavigate();
  return <AssetsPage search={Route.useSearch()} onSearch={(search) => void navigate({ search, replace: true })} />;
}
