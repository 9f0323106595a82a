// Draws boxes and lines where the layout puts them; what is selected stands out with all that leads to it and from it.
import "@xyflow/react/dist/base.css";
import { Background, Controls, type Edge as FlowEdge, MiniMap, ReactFlow, useReactFlow, useStore } from "@xyflow/react";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { ErrorPanel, Loading } from "@/shared/ui/whole-page";
import classes from "./Canvas.module.css";
import { type Drawing, relatedOf, sized } from "./drawing";
import { viewOf, viewWith } from "./first-view";
import { GraphRoom, glideMs } from "./GraphRoom";
import type { Layout } from "./model";
import { nodesOf } from "./node-list";
import { type GraphNode, NODE_TYPES } from "./nodes";
import { useInUse } from "./useInUse";
import { useLayout } from "./useLayout";

/** With more boxes only those in sight are drawn. */
const MANY = 150;
const MOST_IN_MAP = 300;
const NOTHING: ReadonlySet<string> = new Set();

interface Given {
  drawing: Drawing;
  states: Record<string, Record<string, number>>;
  selected: string | undefined;
  onSelect: (id: string | undefined) => void;
  onFold: (id: string) => void;
  /** What the pointer is over elsewhere, and who wants to know what it is over here. */
  hovered?: string | undefined;
  onHover?: (id: string | undefined) => void;
  /** Width of its room by height: layers go below each other where that is bigger. Left out: always to the right. */
  aspect?: number;
  /** For a small room: no map, and what is selected comes into sight. */
  isBeside?: boolean;
}

export function Canvas(given: Given) {
  const { drawing } = given;
  const { boxes, lines } = useMemo(() => sized(drawing), [drawing]);
  const use = useInUse();
  const seen = useLayout(boxes, lines, use.isInUse, given.aspect);
  const { selected, hovered } = given;
  const atFirst = useRef(selected);
  useEffect(() => {
    if (selected !== atFirst.current || hovered !== undefined) use.begin();
  }, [selected, hovered, use.begin]);
  return (
    <GraphRoom use={use} seen={seen}>
      {seen.layout ? (
        <Flow {...given} layout={seen.layout} isInstead={seen.isInstead ?? false} />
      ) : seen.error ? (
        <ErrorPanel error={seen.error} />
      ) : (
        <Loading />
      )}
    </GraphRoom>
  );
}

function Flow(given: Given & { layout: Layout; isInstead: boolean }) {
  const { drawing, states, selected, hovered, onSelect, layout } = given;
  const { places, direction } = layout;
  const onFold = useLatest(given.onFold);
  const onHover = useLatest(given.onHover ?? ignore);
  const related = useMemo(() => {
    const found = selected === undefined ? NOTHING : relatedOf(drawing.edges, selected);
    return found.size > 1 ? found : NOTHING;
  }, [drawing, selected]);
  const before = useRef<Map<string, GraphNode>>(new Map());
  const nodes = useMemo(() => {
    const found = nodesOf({ drawing, places, direction, states, selected, hovered, related, onFold }, before.current);
    before.current = new Map(found.map((node) => [node.id, node]));
    return found;
  }, [drawing, places, direction, states, selected, hovered, related, onFold]);
  const near = hovered ?? selected;
  const edges = useMemo(() => edgesOf(drawing, near, related), [drawing, near, related]);
  const isBig = nodes.length > MANY;
  const [isMoved, setMoved] = useState(false);
  const active = given.isBeside && !isMoved ? nodes.find((node) => node.data.state === "running")?.id : undefined;
  const followed = given.isBeside ? (selected ?? active) : undefined;
  return (
    <ReactFlow
      className={classes.canvas ?? ""}
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
      onNodeMouseEnter={(_, node) => onHover(node.data.box.kind === "group" ? undefined : node.id)}
      onNodeMouseLeave={() => onHover(undefined)}
      onPaneClick={() => onSelect(undefined)}
      onMoveStart={(event) => event && setMoved(true)}
      aria-label="Graph of the tasks"
    >
      <Background gap={22} size={1} />
      <Controls showInteractive={false} position="bottom-left" />
      {!given.isBeside && nodes.length > 30 && nodes.length <= MOST_IN_MAP && (
        <MiniMap pannable zoomable ariaLabel="Small map of the graph" />
      )}
      <Fit layout={layout} isInstead={given.isInstead} nodes={nodes} followed={followed} />
      {given.isBeside && <Follow nodes={nodes} target={followed} />}
    </ReactFlow>
  );
}

/** Shows all of it, or its beginning where it is too big to be read, or what is followed; at first and when its shape changes. */
function Fit(given: { layout: Layout; isInstead: boolean; nodes: GraphNode[]; followed: string | undefined }) {
  const { layout, isInstead } = given;
  const flow = useReactFlow();
  const latest = useRef(given);
  latest.current = given;
  const fitted = useRef<Layout>(undefined);
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  useEffect(() => {
    if (width === 0 || height === 0) return;
    const { nodes, followed } = latest.current;
    // Only boxes glide to their places: a room that changes its size is not waited for.
    const duration = fitted.current === layout ? 0 : glideMs(isInstead);
    fitted.current = layout;
    void flow.setViewport(viewOf(layout, nodes, followed, width, height), { duration });
  }, [layout, isInstead, flow, width, height]);
  return null;
}

/** Brings what is selected, or what runs until somebody moves the graph, into sight where it is not. */
function Follow({ nodes, target }: { nodes: GraphNode[]; target: string | undefined }) {
  const flow = useReactFlow();
  const latest = useRef(nodes);
  latest.current = nodes;
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  useEffect(() => {
    const view = target !== undefined && viewWith(latest.current, target, flow.getViewport(), width, height);
    if (view) void flow.setViewport(view, { duration: 200 });
  }, [target, flow, width, height]);
  return null;
}

function edgesOf(drawing: Drawing, near: string | undefined, related: ReadonlySet<string>): FlowEdge[] {
  return drawing.edges.map((edge) => {
    const isNear = near !== undefined && (edge.from === near || edge.to === near);
    const isFar = related.size > 0 && !(related.has(edge.from) && related.has(edge.to));
    return {
      id: edge.id,
      source: edge.from,
      target: edge.to,
      className: `${edge.isSetup ? "setup" : ""} ${isNear ? "near" : isFar ? "far" : ""}`,
      focusable: false,
      zIndex: isNear ? 2 : 1,
      ...(edge.label ? { label: edge.label } : {}),
    };
  });
}

function ignore(): void {
  // Nobody asked to be told.
}

/** A function that stays the same and calls the newest one. */
function useLatest<Args extends unknown[]>(act: (...args: Args) => void): (...args: Args) => void {
  const latest = useRef(act);
  useLayoutEffect(() => {
    latest.current = act;
  });
  return useCallback((...args: Args) => latest.current(...args), []);
}
