import { createFileRoute } from "@tanstack/react-router";
import { DagPage } from "@/features/dag/DagPage";
import { dagSearch } from "@/features/dag/search";

export const Route = createFileRoute("/dags/$dagId/")({ component: Dag, validateSearch: dagSearch });

function Dag() {
  const { dagId } = Route.useParams();
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  return (
    <DagPage
      key={dagId}
      dagId={dagId}
      search={search}
      go={(change, isStep = false) =>
        void navigate({ search: (before) => ({ ...before, ...change }), replace: !isStep, resetScroll: false })
      }
    />
  );
}
