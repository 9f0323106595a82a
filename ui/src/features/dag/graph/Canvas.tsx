// Draws boxes and lines where the layout puts them; what is selected shows its neighbours.
import { Background, Controls, type Edge as FlowEdge, MiniMap, ReactFlow, useReactFlow } from "@xyflow/react";
import { useEffect, useMemo } from "react";
import type { Places } from "@/shared/graph/model";
import { useLayout } from "@/shared/graph/useLayout";
import { Loading } from "@/shared/ui/whole-page";
import { type Drawing, sized, statesOf } from "./model";
import { type GraphNode, NODE_TYPES } from "./nodes";

/** With more boxes only those in sight are drawn, and the first look is at the beginning, not at all of it. */
const MANY = 150;

interface Given {
  drawing: Drawing;
  states: Record<string, Record<string, number>>;
  selected: string | undefined;
  onSelect: (id: string | undefined) => void;
  onFold: (id: string) => void;
}

export function Canvas(given: Given) {
  const { drawing } = given;
  const { boxes, lines } = useMemo(() => sized(drawing), [drawing]);
  const { places } = useLayout(boxes, lines);
  if (!places) return <Loading />;
  return <Flow {...given} places={places} />;
}

function Flow({ drawing, states, selected, onSelect, onFold, places }: Given & { places: Places }) {
  const nodes = useMemo(
    () => nodesOf(drawing, places, states, selected, onFold),
    [drawing, places, states, selected, onFold],
  );
  const edges = useMemo(() => edgesOf(drawing, selected), [drawing, selected]);
  const isBig = nodes.length > MANY;
  return (
    <ReactFlow
      nodes={nodes}
      edges={edges}
      nodeTypes={NODE_TYPES}
      nodesDraggable={false}
      nodesConnectable={false}
      elementsSelectable={false}
      edgesFocusable={false}
      onlyRenderVisibleElements={isBig}
      minZoom={0.05}
      maxZoom={1.6}
      {...(isBig
        ? { defaultViewport: { x: 20, y: 20, zoom: 0.7 } }
        : { fitView: true, fitViewOptions: { maxZoom: 1, padding: 0.08 } })}
      onNodeClick={(_, node) => {
        const { box } = node.data;
        if (box.kind === "task") onSelect(box.id === selected ? undefined : box.id);
        else if (box.kind === "folded") onFold(box.id);
      }}
      onPaneClick={() => onSelect(undefined)}
      aria-label="Graph of the tasks"
    >
      <Background gap={22} size={1} />
      <Controls showInteractive={false} position="bottom-left" />
      {nodes.length > 30 && <MiniMap pannable zoomable ariaLabel="Small map of the graph" />}
      <Fit shape={places} isBig={isBig} />
    </ReactFlow>
  );
}

/** Shows all of it after a group was folded or another version chosen. */
function Fit({ shape, isBig }: { shape: Places; isBig: boolean }) {
  const flow = useReactFlow();
  useEffect(() => {
    if (Object.keys(shape).length === 0 || isBig) return;
    const frame = requestAnimationFrame(() => void flow.fitView({ maxZoom: 1, padding: 0.08, duration: 200 }));
    return () => cancelAnimationFrame(frame);
  }, [shape, isBig, flow]);
  return null;
}

function nodesOf(
  drawing: Drawing,
  places: Places,
  states: Given["states"],
  selected: string | undefined,
  onFold: (id: string) => void,
): GraphNode[] {
  const found: GraphNode[] = [];
  // A parent has to come before what lies in it: groups come outermost first.
  for (const box of drawing.boxes) {
    const place = places[box.id];
    if (!place) continue;
    const known = statesOf(states, box.taskIds);
    found.push({
      id: box.id,
      type: box.kind === "group" ? "box" : box.kind,
      position: { x: place.x, y: place.y },
      width: place.width,
      height: place.height,
      ...(box.parent !== null && places[box.parent] ? { parentId: box.parent } : {}),
      ariaLabel: `${box.kind} ${box.label}${known ? `, ${known.state}` : ""}`,
      data: {
        box,
        state: known?.state,
        counts: known?.counts ?? {},
        isSelected: box.id === selected,
        onFold,
      },
    });
  }
  return found;
}

function edgesOf(drawing: Drawing, selected: string | undefined): FlowEdge[] {
  return drawing.edges.map((edge) => {
    const isNear = selected !== undefined && (edge.from === selected || edge.to === selected);
    return {
      id: edge.id,
      source: edge.from,
      target: edge.to,
      className: `${edge.isSetup ? "setup" : ""} ${isNear ? "near" : ""}`,
      focusable: false,
      zIndex: isNear ? 2 : 1,
      ...(edge.label ? { label: edge.label } : {}),
    };
  });
}
