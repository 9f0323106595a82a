// What needs a person now.
import { Page } from "@/shared/ui/Page";

export function HomePage() {
  return <Page title="Home">…</Page>;
}
