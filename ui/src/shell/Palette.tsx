// Finds anything by its name: Ctrl+K. Pages at once; DAGs, runs, tasks and assets as the server finds them.
import { Spotlight, type SpotlightActionData, type SpotlightActionGroupData, spotlight } from "@mantine/spotlight";
import "@mantine/spotlight/styles.css";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { ADMIN, MAIN } from "./nav";

export const openPalette = (): void => spotlight.open();

export function Palette() {
  const [query, setQuery] = useState("");
  const navigate = useNavigate();
  const pages: SpotlightActionData[] = [...MAIN, ...ADMIN].map(({ to, label, icon: Icon }) => ({
    id: to,
    label,
    leftSection: <Icon size={16} />,
    onClick: () => void navigate({ to }),
  }));
  const groups: SpotlightActionGroupData[] = [{ group: "Pages", actions: pages }];
  return (
    <Spotlight
      actions={groups}
      query={query}
      onQueryChange={setQuery}
      shortcut={["mod + K", "/"]}
      nothingFound="Nothing has this name"
      searchProps={{ placeholder: "A page, DAG, run, task, asset or action", "aria-label": "Find" }}
      scrollable
      maxHeight={480}
      highlightQuery
    />
  );
}
