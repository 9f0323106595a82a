// All DAGs.
import { Page } from "@/shared/ui/Page";

export function DagsPage() {
  return <Page title="DAGs">…</Page>;
}
