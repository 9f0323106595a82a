// Finds anything by its name, and does things with it: Ctrl+K. Pages at once; the rest as the server finds it.
import { useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { Spotlight, type SpotlightActionData, type SpotlightActionGroupData, spotlight } from "@mantine/spotlight";
import "@mantine/spotlight/styles.css";
import {
  IconBox,
  IconListCheck,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerTrackNext,
  IconPlug,
  IconRoute,
  IconVariable,
} from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { queryClient } from "@/queries";
import { assetUrl, dagUrl, runUrl } from "@/shared/addresses";
import { api, data } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import { type Me, refusalOf, useMe } from "@/shared/api/may";
import type { Schemas } from "@/shared/api/schemas";
import { StateIcon } from "@/shared/ui/StateIcon";
import { tellDone, tellFailed } from "@/shared/ui/told";
import { asked, fits, type Verb, verbsFor } from "./asked";
import { type Deed, deedsOf, refusalOfDeed } from "./deeds";
import { logOut } from "./log-out";
import { ACCOUNT, ADMIN, MAIN } from "./nav";

type Found = Schemas["SearchResponse"];
type Go = (to: string, search?: Record<string, unknown>) => void;

const PLACES = [...MAIN, ...ADMIN, ACCOUNT];
const WITH_ACTIONS = 3;
const WORDS: Record<Verb, string> = { trigger: "Trigger", pause: "Pause", unpause: "Unpause" };
const VERB_ICONS = { trigger: IconPlayerPlay, pause: IconPlayerPause, unpause: IconPlayerTrackNext };

export const openPalette = (): void => spotlight.open();

export function Palette({ showShortcuts }: { showShortcuts: () => void }) {
  const [query, setQuery] = useState("");
  const navigate = useNavigate();
  const go: Go = (to, search) => void navigate({ to, ...(search ? { search: search as never } : {}) });
  const { verb, text } = asked(query);
  const [later] = useDebouncedValue(text, 120);
  const { data: found, isFetching } = useQuery({
    queryKey: ["search", later],
    queryFn: () => data(api.GET("/api/v2/ui/search", { params: { query: { q: later } } })),
    enabled: later.length > 0,
    staleTime: 10_000,
    placeholderData: keepPreviousData,
  });
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme("light");
  const me = useMe().data;
  const deeds = deedsOf({
    go,
    logOut,
    showShortcuts,
    switchColours: () => setColorScheme(scheme === "dark" ? "light" : "dark"),
  });
  const groups = [...(text && found ? groupsOf(found, verb, go, me) : []), pagesOf(query, go), doOf(query, deeds, me)];
  return (
    <Spotlight
      actions={groups.filter((group) => group.actions.length > 0)}
      filter={(_, all) => all}
      query={query}
      onQueryChange={setQuery}
      shortcut={["mod + K", "/"]}
      nothingFound={isFetching || later !== text ? "Looking…" : "Nothing has this name"}
      searchProps={{ placeholder: "A page, DAG, run, task, asset; or: trigger etl, pause etl", "aria-label": "Find" }}
      scrollable
      maxHeight={480}
    />
  );
}

function pagesOf(query: string, go: Go): SpotlightActionGroupData {
  const actions = PLACES.filter(({ label }) => fits(label, query.trim())).map(
    ({ to, label, icon: Icon, keys: strokes }): SpotlightActionData => ({
      id: `page ${to}`,
      label,
      leftSection: <Icon size={16} />,
      ...(strokes ? { rightSection: <span className="faint mono">{strokes}</span> } : {}),
      onClick: () => go(to),
    }),
  );
  return { group: "Pages", actions };
}

/** What one may not do is named too, and says why. */
function gated(action: SpotlightActionData, refusal: string | undefined): SpotlightActionData {
  if (refusal === undefined) return action;
  return {
    ...action,
    description: refusal,
    "aria-disabled": true,
    closeSpotlightOnTrigger: false,
    onClick: () => undefined,
  };
}

function doOf(query: string, deeds: Deed[], me: Me | undefined): SpotlightActionGroupData {
  const actions = deeds
    .filter(({ label }) => fits(label, query.trim()))
    .map((deed) => {
      const { label, icon: Icon } = deed;
      const action = { id: `do ${label}`, label, leftSection: <Icon size={16} />, onClick: () => void deed.act() };
      return gated(action, refusalOfDeed(me, deed));
    });
  return { group: "Do", actions };
}

function groupsOf(found: Found, verb: Verb | undefined, go: Go, me: Me | undefined): SpotlightActionGroupData[] {
  const actions = found.dags.slice(0, verb ? undefined : WITH_ACTIONS).flatMap((dag) =>
    verbsFor(verb, dag.is_paused).map((one): SpotlightActionData => {
      const Icon = VERB_ICONS[one];
      const action = {
        id: `${one} ${dag.dag_id}`,
        label: `${WORDS[one]} ${dag.display_name}`,
        leftSection: <Icon size={16} />,
        onClick: () => (one === "trigger" ? go(dagUrl(dag.dag_id), { trigger: 1 }) : void setPaused(dag.dag_id, one)),
      };
      return gated(action, refusalOf(me, one === "trigger" ? "create:dag_run" : "edit:dag", dag.dag_id));
    }),
  );
  const does: SpotlightActionGroupData = { group: "Actions", actions };
  const dags = found.dags.map(
    (dag): SpotlightActionData => ({
      id: `dag ${dag.dag_id}`,
      label: dag.display_name,
      ...(dag.is_paused ? { description: "paused" } : {}),
      leftSection: <IconRoute size={16} />,
      onClick: () => go(dagUrl(dag.dag_id)),
    }),
  );
  const first = { group: "DAGs", actions: dags };
  return verb ? [does, first] : [first, ...others(found, go), does];
}

function others(found: Found, go: Go): SpotlightActionGroupData[] {
  return [
    {
      group: "Runs",
      actions: found.runs.map((run) => ({
        id: `run ${run.dag_id} ${run.run_id}`,
        label: run.run_id,
        description: run.dag_id,
        leftSection: <StateIcon state={run.state} size={16} />,
        onClick: () => go(runUrl(run.dag_id, run.run_id)),
      })),
    },
    {
      group: "Tasks",
      actions: found.tasks.map((task) => ({
        id: `task ${task.dag_id} ${task.task_id}`,
        label: task.task_id,
        description: task.dag_id,
        leftSection: <IconListCheck size={16} />,
        onClick: () => go(dagUrl(task.dag_id), { task: task.task_id }),
      })),
    },
    {
      group: "Assets",
      actions: found.assets.map((asset) => ({
        id: `asset ${asset.id}`,
        label: asset.name,
        ...(asset.uri === asset.name ? {} : { description: asset.uri }),
        leftSection: <IconBox size={16} />,
        onClick: () => go(assetUrl(asset.id)),
      })),
    },
    named("Connections", found.connections, <IconPlug size={16} />, (name) => go("/connections", { search: name })),
    named("Variables", found.variables, <IconVariable size={16} />, (name) => go("/variables", { search: name })),
  ];
}

function named(
  group: string,
  names: string[],
  icon: React.ReactNode,
  open: (name: string) => void,
): SpotlightActionGroupData {
  return {
    group,
    actions: names.map((name) => ({
      id: `${group} ${name}`,
      label: name,
      leftSection: icon,
      onClick: () => open(name),
    })),
  };
}

async function setPaused(dagId: string, verb: Verb): Promise<void> {
  try {
    const body = { is_paused: verb === "pause" };
    await api.PATCH("/api/v2/dags/{dag_id}", { params: { path: { dag_id: dagId } }, body });
    tellDone(`${dagId} is ${verb === "pause" ? "paused" : "active"} now.`);
    await Promise.all(
      [keys.dags(), keys.dag(dagId), ["search"]].map((queryKey) => queryClient.invalidateQueries({ queryKey })),
    );
  } catch (error) {
    tellFailed(error);
  }
}
