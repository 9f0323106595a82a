import { createFileRoute } from "@tanstack/react-router";
import { DagsPage } from "@/features/dags/DagsPage";
import { dagsSearch } from "@/features/dags/search";

export const Route = createFileRoute("/dags/")({ component: Dags, validateSearch: dagsSearch });

function Dags() {
  const navigate = Route.useNavigate();
  return <DagsPage search={Route.useSearch()} onSearch={(search) => void navigate({ search, replace: true })} />;
}
