// Draws boxes and lines where the layout puts them; what is selected shows its neighbours.
import {
  Background,
  Controls,
  type Edge as FlowEdge,
  MiniMap,
  Position,
  ReactFlow,
  useReactFlow,
  useStore,
} from "@xyflow/react";
import { useEffect, useMemo } from "react";
import type { Places } from "@/shared/graph/model";
import { useLayout } from "@/shared/graph/useLayout";
import { Loading } from "@/shared/ui/whole-page";
import { type Drawing, sized, statesOf } from "./model";
import { type GraphNode, NODE_TYPES } from "./nodes";

/** With more boxes only those in sight are drawn, and the first look is at the beginning, not at all of it. */
const MANY = 150;
const MOST_IN_MAP = 300;
/** What is smaller cannot be read: then the look begins at the first tasks. */
const LEAST_ZOOM = 0.45;
const FIRST_ZOOM = 0.75;
const EDGE = 24;

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
      {nodes.length > 30 && nodes.length <= MOST_IN_MAP && (
        <MiniMap pannable zoomable ariaLabel="Small map of the graph" />
      )}
      <Fit shape={places} />
    </ReactFlow>
  );
}

/** Shows all of it, or its beginning where it is too big to be read, at first and when its shape changes. */
function Fit({ shape }: { shape: Places }) {
  const flow = useReactFlow();
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  useEffect(() => {
    const places = Object.values(shape);
    if (places.length === 0 || width === 0 || height === 0) return;
    const right = Math.max(...places.map((place) => place.x + place.width));
    const bottom = Math.max(...places.map((place) => place.y + place.height));
    const all = Math.min(1, (width - 2 * EDGE) / right, (height - 2 * EDGE) / bottom);
    const zoom = all < LEAST_ZOOM ? FIRST_ZOOM : all;
    const x = all < LEAST_ZOOM ? EDGE : (width - right * zoom) / 2;
    const y = Math.max(EDGE, (height - bottom * zoom) / 2);
    void flow.setViewport({ x, y, zoom });
  }, [shape, flow, width, height]);
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
      // Known beforehand, so that boxes out of sight need not be drawn to be measured.
      measured: { width: place.width, height: place.height },
      handles: [
        { type: "target", position: Position.Left, x: 0, y: place.height / 2, width: 1, height: 1 },
        { type: "source", position: Position.Right, x: place.width, y: place.height / 2, width: 1, height: 1 },
      ],
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
