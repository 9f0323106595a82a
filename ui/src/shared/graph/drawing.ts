// A DAG as boxes and lines: folded groups are one box, lines into them end at it, assets stand before and behind.
import { worstOf } from "@/shared/states";
import type { Box, Line } from "./model";

/** Of bigger DAGs only the groups are shown at first. */
export const MANY_TASKS = 120;
/** What the address says where no group is folded, of a DAG whose groups would be. */
export const NONE = "-";

/** What a graph is drawn from: of a version of a DAG, or of a run. */
export interface Structure {
  tasks: {
    id: string;
    label: string;
    group: string | null;
    operator: string;
    kind: "task" | "setup" | "teardown";
    is_mapped: boolean;
  }[];
  groups: { id: string; label: string; parent: string | null; is_mapped: boolean }[];
  /** From, to, and the words between. */
  edges: readonly (readonly string[])[];
  assets: { name: string; uri: string; direction: string; task_id: string | null }[];
}

export interface TaskBox {
  kind: "task" | "group" | "folded" | "asset";
  id: string;
  parent: string | null;
  label: string;
  /** Operator of a task; what is in a folded group; the URI of an asset. */
  below: string;
  role: "task" | "setup" | "teardown";
  isMapped: boolean;
  taskIds: string[];
}

export interface Edge extends Line {
  id: string;
  label: string;
  isSetup: boolean;
}

export interface Drawing {
  boxes: TaskBox[];
  edges: Edge[];
}

/** The groups that are folded: those of the address, or all outer ones of a big DAG. */
export function foldedOf(
  structure: { tasks: readonly unknown[]; groups: readonly { id: string; parent: string | null }[] },
  search: string | undefined,
): Set<string> {
  if (search !== undefined) return new Set(search.split(",").filter((one) => one !== NONE && one !== ""));
  if (structure.tasks.length <= MANY_TASKS) return new Set();
  return new Set(structure.groups.filter((group) => group.parent === null).map((group) => group.id));
}

export function drawingOf(structure: Structure, folded: ReadonlySet<string>, hasAssets: boolean): Drawing {
  const groups = new Map(structure.groups.map((group) => [group.id, group]));
  /** The outermost folded group that something is in. */
  const hidden = (group: string | null): string | undefined => {
    let found: string | undefined;
    for (let at = group; at !== null; at = groups.get(at)?.parent ?? null) if (folded.has(at)) found = at;
    return found;
  };
  const boxes = new Map<string, TaskBox>();
  for (const group of structure.groups) {
    if (hidden(group.parent) !== undefined) continue;
    const kind = folded.has(group.id) ? "folded" : "group";
    const { id, label, parent, is_mapped: isMapped } = group;
    boxes.set(id, { kind, id, parent, label, below: "", role: "task", isMapped, taskIds: [] });
  }
  const shownAs = new Map<string, string>();
  for (const task of structure.tasks) {
    const inGroup = hidden(task.group);
    shownAs.set(task.id, inGroup ?? task.id);
    if (inGroup !== undefined) {
      boxes.get(inGroup)?.taskIds.push(task.id);
      continue;
    }
    boxes.set(task.id, {
      kind: "task",
      id: task.id,
      parent: task.group,
      label: task.label,
      below: task.operator,
      role: task.kind,
      isMapped: task.is_mapped,
      taskIds: [task.id],
    });
  }
  const roles = new Map(structure.tasks.map((task) => [task.id, task.kind]));
  const edges = new Map<string, Edge>();
  const connect = (from: string, to: string, label = "", isSetup = false): void => {
    if (from === to) return;
    const id = `${from}\n${to}`;
    const known = edges.get(id);
    if (!known) edges.set(id, { id, from, to, label, isSetup });
    else if (label && !known.label) edges.set(id, { ...known, label });
  };
  for (const [from = "", to = "", label] of structure.edges) {
    const isSetup = roles.get(from) === "setup" || roles.get(to) === "teardown";
    connect(shownAs.get(from) ?? from, shownAs.get(to) ?? to, label, isSetup);
  }
  if (hasAssets) addAssets(structure, boxes, shownAs, connect);
  return { boxes: [...boxes.values()], edges: [...edges.values()] };
}

function addAssets(
  structure: Structure,
  boxes: Map<string, TaskBox>,
  shownAs: Map<string, string>,
  connect: (from: string, to: string) => void,
): void {
  const hasUpstream = new Set(structure.edges.map((edge) => edge[1]));
  const first = structure.tasks.filter((task) => !hasUpstream.has(task.id));
  for (const asset of structure.assets) {
    const isOut = asset.direction === "outlet";
    const id = `${isOut ? "out" : "in"}:${asset.name}`;
    const box = { kind: "asset" as const, id, parent: null, label: asset.name, below: asset.uri, isMapped: false };
    boxes.set(id, { ...box, role: "task", taskIds: [] });
    const tasks = asset.task_id === null ? first.map((task) => task.id) : [asset.task_id];
    for (const task of new Set(tasks.map((one) => shownAs.get(one) ?? one))) {
      if (isOut) connect(task, id);
      else connect(id, task);
    }
  }
}

/** How wide and high a box is, before what lies in it. */
export function sized(drawing: Drawing): { boxes: Box[]; lines: Line[] } {
  return {
    boxes: drawing.boxes.map((box) => ({
      id: box.id,
      parent: box.parent,
      width: Math.min(260, Math.max(124, 62 + box.label.length * 7.7)),
      height: box.kind === "group" ? 60 : 44,
    })),
    lines: drawing.edges.map(({ from, to }) => ({ from, to })),
  };
}

/** How many instances of some tasks are in which state. */
export function statesOf(
  states: Record<string, Record<string, number>>,
  taskIds: readonly string[],
): { counts: Record<string, number>; state: string } | undefined {
  const counts: Record<string, number> = {};
  for (const id of taskIds) {
    for (const [state, count] of Object.entries(states[id] ?? {})) counts[state] = (counts[state] ?? 0) + count;
  }
  return Object.keys(counts).length === 0 ? undefined : { counts, state: worstOf(counts) ?? "none" };
}

/** What leads to something, over any number of lines, what comes from it, and itself. */
export function relatedOf(edges: readonly Line[], id: string): Set<string> {
  const found = new Set([id]);
  for (const [near, far] of [
    ["from", "to"],
    ["to", "from"],
  ] as const) {
    const beside = new Map<string, string[]>();
    for (const edge of edges) {
      const list = beside.get(edge[near]);
      if (list) list.push(edge[far]);
      else beside.set(edge[near], [edge[far]]);
    }
    const waiting = [id];
    const met = new Set(waiting);
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      found.add(at);
      for (const next of beside.get(at) ?? []) {
        if (met.has(next)) continue;
        met.add(next);
        waiting.push(next);
      }
    }
  }
  return found;
}
