// The tasks of a run as a graph, in their states.
import { useMemo } from "react";
import { Canvas } from "@/shared/graph/Canvas";
import { drawingOf, type Structure } from "@/shared/graph/drawing";
import type { RunView } from "./queries";

export function RunGraph(given: {
  view: RunView;
  structure: Structure;
  folded: ReadonlySet<string>;
  selected: string | undefined;
  onSelect: (taskId: string | undefined) => void;
  onFold: (group: string) => void;
  hovered: string | undefined;
  onHover: (id: string | undefined) => void;
  /** Width by height of its room. */
  aspect: number;
}) {
  const { view, structure, folded } = given;
  const drawing = useMemo(() => drawingOf(structure, folded, false), [structure, folded]);
  const states = useMemo(() => Object.fromEntries(view.tasks.map((task) => [task.task_id, task.counts])), [view.tasks]);
  return (
    <Canvas
      drawing={drawing}
      states={states}
      selected={given.selected}
      onSelect={given.onSelect}
      onFold={given.onFold}
      hovered={given.hovered}
      onHover={given.onHover}
      aspect={given.aspect}
      isBeside
    />
  );
}
