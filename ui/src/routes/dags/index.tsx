import { createFileRoute } from "@tanstack/react-router";
import { useCallback } from "react";
import { DagsPage } from "@/features/dags/DagsPage";
import { type DagsSearch, dagsSearch } from "@/features/dags/search";

export const Route = createFileRoute("/dags/")({ component: Dags, validateSearch: dagsSearch });

function Dags() {
  const navigate = Route.useNavigate();
  const onSearch = useCallback((search: DagsSearch) => void navigate({ search, replace: true }), [navigate]);
  return <DagsPage search={Route.useSearch()} onSearch={onSearch} />;
}
