// What the graph of a run is drawn from. It stays the same as long as only states change, so that nothing is laid out anew.
import { useRef } from "react";
import type { Structure } from "@/shared/graph/drawing";
import type { RunView } from "./queries";

type Shown = Pick<RunView, "tasks" | "groups" | "edge_labels">;

export function structureOf(view: Shown): Structure {
  const labels = new Map(view.edge_labels.map(([from, to, words]) => [`${from} ${to}`, words]));
  const ids = view.tasks.map((task) => task.task_id);
  const within = (label: string, id: string, group: string | null): string =>
    group !== null && label === id ? label.slice(label.startsWith(`${group}.`) ? group.length + 1 : 0) : label;
  return {
    tasks: view.tasks.map((task) => ({
      id: task.task_id,
      label: within(task.label, task.task_id, task.group_id),
      group: task.group_id,
      operator: task.operator,
      kind: task.kind,
      is_mapped: task.is_mapped,
    })),
    groups: view.groups.map((group) => ({
      id: group.group_id,
      label: within(group.label, group.group_id, group.parent_id),
      parent: group.parent_id,
      is_mapped: group.is_mapped,
    })),
    edges: view.tasks.flatMap((task, to) =>
      task.upstream.map((from) => {
        const words = labels.get(`${from} ${to}`);
        return [ids[from] ?? "", task.task_id, ...(words === undefined ? [] : [words])];
      }),
    ),
    assets: [],
  };
}

/** The structure of a run; the same object until it differs. */
export function useStructure(view: Shown): Structure {
  const last = useRef<{ text: string; structure: Structure }>(undefined);
  const structure = structureOf(view);
  const text = JSON.stringify(structure);
  if (last.current?.text !== text) last.current = { text, structure };
  return last.current.structure;
}
