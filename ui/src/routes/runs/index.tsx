import { createFileRoute } from "@tanstack/react-router";
import { RunsPage } from "@/features/runs/RunsPage";
import { runsSearch } from "@/features/runs/search";

export const Route = createFileRoute("/runs/")({ component: Runs, validateSearch: runsSearch });

function Runs() {
  const navigate = Route.useNavigate();
  return <RunsPage search={Route.useSearch()} onSearch={(search) => void navigate({ search, replace: true })} />;
}
