import { createFileRoute } from "@tanstack/react-router";
import { type Hours, SPANS } from "@/features/home/axis";
import { HomePage } from "@/features/home/HomePage";

export const Route = createFileRoute("/")({
  component: Home,
  validateSearch: (search: Record<string, unknown>): { hours?: Hours } => {
    const hours = SPANS.find((span) => span === Number(search.hours));
    return hours ? { hours } : {};
  },
});

function Home() {
  const navigate = Route.useNavigate();
  const { hours = 6 } = Route.useSearch();
  return <HomePage hours={hours} onHours={(next) => void navigate({ search: { hours: next }, replace: true })} />;
}
