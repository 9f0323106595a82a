// Assets and DAGs as a graph: what makes what, and what that starts. A click opens the page of what was clicked.
import {
  Background,
  Controls,
  type Edge,
  Handle,
  type Node,
  type NodeProps,
  Position,
  ReactFlow,
  useReactFlow,
} from "@xyflow/react";
import "@xyflow/react/dist/style.css";
import { IconBox, IconRoute } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useMemo } from "react";
import { assetUrl, dagUrl } from "@/shared/addresses";
import { GraphRoom, glideMs } from "@/shared/graph/GraphRoom";
import type { Box, Line, Places } from "@/shared/graph/model";
import { useInUse } from "@/shared/graph/useInUse";
import { useLayout } from "@/shared/graph/useLayout";
import { Moment } from "@/shared/ui/Moment";
import { StateIcon } from "@/shared/ui/StateIcon";
import { ErrorPanel, Loading } from "@/shared/ui/whole-page";
import classes from "./Lineage.module.css";
import type { AssetGraph, GraphNode } from "./queries";

const SIZE = { width: 210, height: 54 };
const PORT = { y: SIZE.height / 2, width: 1, height: 1 };
/** Known beforehand, so that the browser need not measure what it has drawn before it draws the lines. */
const KNOWN = {
  ...SIZE,
  measured: SIZE,
  handles: [
    { type: "target" as const, position: Position.Left, x: 0, ...PORT },
    { type: "source" as const, position: Position.Right, x: SIZE.width, ...PORT },
  ],
};
const ALL = { maxZoom: 1, padding: 0.08 };

type Card = Node<{ node: GraphNode; isMarked: boolean; isCenter: boolean }, "card">;

export default function Lineage(given: {
  graph: AssetGraph;
  /** What holds this in its name stands out. */
  marked?: string;
  center?: string;
  height: string;
}) {
  const { graph, marked = "", center } = given;
  const navigate = useNavigate();
  // The same boxes while only their states change: they stay where they are, and so does the view.
  const ids = graph.nodes.map((node) => node.id).join("\n");
  const boxes = useMemo(() => (ids ? ids.split("\n") : []).map((id): Box => ({ id, parent: null, ...SIZE })), [ids]);
  const lines = useMemo(() => graph.edges.map(([from, to]): Line => ({ from, to })), [graph.edges]);
  const use = useInUse();
  const seen = useLayout(boxes, lines, use.isInUse);
  const places = seen.layout?.places;
  const part = marked.toLowerCase();
  const nodes = graph.nodes.flatMap((node): Card[] => {
    const at = places?.[node.id];
    if (!at) return []; // it is new, and its place is thought about
    const isMarked = part !== "" && node.name.toLowerCase().includes(part);
    const data = { node, isMarked, isCenter: node.id === center };
    const ariaLabel = `${node.kind === "dag" ? "DAG" : "Asset"} ${node.name}`;
    return [{ id: node.id, type: "card", ...KNOWN, position: { x: at.x, y: at.y }, data, ariaLabel }];
  });
  const edges = graph.edges.map(([source, target]): Edge => ({ id: `${source} ${target}`, source, target }));
  return (
    <div className={`card ${classes.frame}`} style={{ height: given.height }}>
      <GraphRoom use={use} seen={seen}>
        {places ? (
          <ReactFlow
            nodes={nodes}
            edges={edges}
            nodeTypes={TYPES}
            fitView
            fitViewOptions={ALL}
            minZoom={0.05}
            nodesDraggable={false}
            nodesConnectable={false}
            onlyRenderVisibleElements
            proOptions={{ hideAttribution: true }}
            onNodeClick={(_, { data: { node } }) =>
              void navigate({ to: node.asset_id === null ? dagUrl(node.name) : assetUrl(node.asset_id) })
            }
          >
            <Background gap={24} color="var(--line)" />
            <Controls showInteractive={false} />
            <Refit places={places} isInstead={seen.isInstead ?? false} />
          </ReactFlow>
        ) : seen.error ? (
          <ErrorPanel error={seen.error} />
        ) : (
          <Loading />
        )}
      </GraphRoom>
    </div>
  );
}

/** All of it in sight again once boxes are elsewhere. */
function Refit({ places, isInstead }: { places: Places; isInstead: boolean }) {
  const flow = useReactFlow();
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is asked for when the places are others
  useEffect(() => {
    void flow.fitView({ ...ALL, duration: glideMs(isInstead) });
  }, [places, flow]);
  return null;
}

function CardNode({ data: { node, isMarked, isCenter } }: NodeProps<Card>) {
  const isDag = node.kind === "dag";
  return (
    <div className={classes.node} data-kind={node.kind} data-marked={isMarked} data-center={isCenter} style={SIZE}>
      <Handle type="target" position={Position.Left} className={classes.handle} />
      <div className={classes.title} title={node.name}>
        {isDag ? <IconRoute size={15} /> : <IconBox size={15} />}
        <span className="ellipsis">{node.name}</span>
      </div>
      <div className={classes.more}>
        {isDag ? (
          node.state ? (
            <>
              <StateIcon state={node.state} size={12} /> <Moment at={node.at} style="relative" />
            </>
          ) : (
            "no runs yet"
          )
        ) : node.at ? (
          <>
            updated <Moment at={node.at} style="relative" />
          </>
        ) : (
          "never updated"
        )}
      </div>
      <Handle type="source" position={Position.Right} className={classes.handle} />
    </div>
  );
}

const TYPES = { card: CardNode };
