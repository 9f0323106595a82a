// The grid as rows to draw: groups fold, mapped tasks are one cell, changes are taken in without asking the server.
import type { Change } from "@/shared/api/live";
import { type State, worstOf } from "@/shared/states";
import type { Grid } from "../queries";

export interface GridRow {
  id: string;
  label: string;
  depth: number;
  kind: "group" | "task";
  isFolded: boolean;
  isMapped: boolean;
  isGone: boolean;
  operator: string;
  /** A letter for each run, see `Grid.states`; `.`: there is nothing. */
  cells: string;
  /** By the place of a run: the figure in the corner of a cell: tries, after a dot, or of how many instances its state is. */
  marks: Record<number, string>;
  /** The tasks in it; of a task itself alone. */
  places: number[];
}

const EMPTY = ".";

/** How many instances of tasks are in which state, in one run. */
export function countsOf(grid: Grid, run: number, places: number[]): Record<string, number> {
  const found: Record<string, number> = {};
  const cells = grid.cells[run] ?? "";
  for (const place of places) {
    const letter = cells[place] ?? EMPTY;
    if (letter === EMPTY) continue;
    if (letter !== "*") {
      const state = grid.states[letter.charCodeAt(0) - 97] ?? "none";
      found[state] = (found[state] ?? 0) + 1;
      continue;
    }
    for (const [state, count] of Object.entries(grid.mapped[run]?.[place] ?? {})) {
      found[state] = (found[state] ?? 0) + count;
    }
  }
  return found;
}

/** The rows in sight, groups where their first task is. */
export function rowsOf(grid: Grid, folded: ReadonlySet<string>): GridRow[] {
  const groups = new Map(grid.groups.map((group) => [group.id, group]));
  const members = new Map<string, number[]>();
  const pathOf = (group: string | null | undefined): string[] => {
    const path: string[] = [];
    for (let at = group; at; at = groups.get(at)?.parent ?? null) path.unshift(at);
    return path;
  };
  const paths = grid.tasks.map((task) => pathOf(task.group));
  paths.forEach((path, place) => {
    for (const group of path) {
      const places = members.get(group);
      if (places) places.push(place);
      else members.set(group, [place]);
    }
  });
  const rows: GridRow[] = [];
  const begun = new Set<string>();
  const orderOf = ordered(paths);
  for (const place of orderOf) {
    const path = paths[place] ?? [];
    const task = grid.tasks[place];
    if (!task) continue;
    let isHidden = false;
    path.forEach((id, depth) => {
      if (!isHidden && !begun.has(id)) {
        begun.add(id);
        const group = groups.get(id);
        rows.push(groupRow(grid, id, group?.label ?? id, depth, folded.has(id), !!group?.is_mapped, members.get(id)));
      }
      isHidden ||= folded.has(id);
    });
    if (!isHidden) rows.push(taskRow(grid, task, place, path.length));
  }
  return rows;
}

/** Places of tasks so that those of a group follow each other, a group where its first task is. */
function ordered(paths: string[][]): number[] {
  interface Node {
    places: (number | string)[];
  }
  const root: Node = { places: [] };
  const nodes = new Map<string, Node>();
  paths.forEach((path, place) => {
    let parent = root;
    for (const id of path) {
      let node = nodes.get(id);
      if (!node) {
        node = { places: [] };
        nodes.set(id, node);
        parent.places.push(id);
      }
      parent = node;
    }
    parent.places.push(place);
  });
  const flat = (node: Node): number[] =>
    node.places.flatMap((one) => (typeof one === "number" ? [one] : flat(nodes.get(one) ?? { places: [] })));
  return flat(root);
}

function letterOf(grid: Grid, state: State): string {
  return String.fromCharCode(97 + Math.max(0, grid.states.indexOf(state ?? "none")));
}

function groupRow(
  grid: Grid,
  id: string,
  label: string,
  depth: number,
  isFolded: boolean,
  isMapped: boolean,
  places: number[] = [],
): GridRow {
  const cells = grid.runs.map((_, run) => {
    const counts = countsOf(grid, run, places);
    return Object.keys(counts).length === 0 ? EMPTY : letterOf(grid, worstOf(counts));
  });
  const row = { id, label, depth, kind: "group" as const, isFolded, isMapped, isGone: false, operator: "" };
  return { ...row, cells: cells.join(""), marks: {}, places };
}

function taskRow(grid: Grid, task: Grid["tasks"][number], place: number, depth: number): GridRow {
  const marks: Record<number, string> = {};
  let cells = "";
  for (let run = 0; run < grid.runs.length; run++) {
    const letter = grid.cells[run]?.[place] ?? EMPTY;
    const counts = letter === "*" ? (grid.mapped[run]?.[place] ?? {}) : undefined;
    cells += counts ? letterOf(grid, worstOf(counts)) : letter;
    const tries = grid.tries[run]?.[place];
    if (counts) {
      const shown = counts[worstOf(counts) ?? "none"] ?? 0;
      if (Object.keys(counts).length > 1) marks[run] = shown > 99 ? "99+" : String(shown);
    } else if (tries) marks[run] = `·${tries}`;
  }
  return {
    id: task.id,
    label: task.label,
    depth,
    kind: "task",
    isFolded: false,
    isMapped: task.is_mapped,
    isGone: task.is_gone,
    operator: task.operator,
    cells,
    marks,
    places: [place],
  };
}

/** The grid after a change; the same one where it does not show it, undefined where the server has to be asked. */
export function merged(grid: Grid, change: Change): Grid | undefined {
  if (change.type === "dag_run") {
    const place = grid.runs.findIndex((run) => run.run_id === change.dag_run_id);
    if (place < 0) return undefined;
    const runs = grid.runs.with(place, { ...must(grid.runs[place]), state: change.new_state as never });
    return { ...grid, runs };
  }
  if (change.type !== "task_instance") return grid;
  const run = grid.runs.findIndex((one) => one.run_id === change.dag_run_id);
  const task = grid.tasks.findIndex((one) => one.id === change.task_id);
  if (run < 0 || task < 0) return undefined;
  const letter = grid.cells[run]?.[task];
  const state = change.new_state ?? "none";
  if (letter === "*") {
    const before = change.old_state ?? "none";
    const counts = { ...grid.mapped[run]?.[task] };
    if (!counts[before]) return undefined;
    counts[before] -= 1;
    if (counts[before] === 0) delete counts[before];
    counts[state] = (counts[state] ?? 0) + 1;
    return { ...grid, mapped: grid.mapped.with(run, { ...grid.mapped[run], [task]: counts }) };
  }
  if (change.map_index >= 0 || !grid.states.includes(state)) return undefined;
  const cells = grid.cells[run] ?? "";
  const now = cells.slice(0, task) + letterOf(grid, state as State) + cells.slice(task + 1);
  return { ...grid, cells: grid.cells.with(run, now) };
}

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("a place that was found is empty");
  return value;
}
