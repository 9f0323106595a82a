// Where the boxes of a graph go. ELK thinks in a worker of its own; big graphs get the quick layout.
import type { ElkExtendedEdge, ElkNode } from "elkjs/lib/elk-api";
import { useEffect, useState } from "react";
import { layered } from "./layered";
import { type Box, GAP, type Line, PADDING, type Places } from "./model";

/** With more boxes than this ELK takes seconds. */
const MOST_FOR_ELK = 250;

interface Layouter {
  layout: (graph: ElkNode) => Promise<ElkNode>;
}
let elk: Promise<Layouter> | undefined;

async function startElk(): Promise<Layouter> {
  const [{ default: Elk }, { default: url }] = await Promise.all([
    import("elkjs/lib/elk-api"),
    import("elkjs/lib/elk-worker.min.js?url"),
  ]);
  return new Elk({ workerFactory: () => new Worker(url) });
}

const OPTIONS = {
  "elk.algorithm": "layered",
  "elk.direction": "RIGHT",
  "elk.hierarchyHandling": "INCLUDE_CHILDREN",
  "elk.layered.spacing.nodeNodeBetweenLayers": String(GAP.layer),
  "elk.spacing.nodeNode": String(GAP.node),
  "elk.spacing.edgeNode": "14",
  "elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
  "elk.padding": `[top=${PADDING.top},left=${PADDING.side},bottom=${PADDING.side},right=${PADDING.side}]`,
};

async function byElk(boxes: Box[], lines: Line[]): Promise<Places> {
  const nodes = new Map<string, ElkNode>(
    boxes.map((box) => [box.id, { id: box.id, width: box.width, height: box.height, layoutOptions: OPTIONS }]),
  );
  const root: ElkNode = { id: "(root)", children: [], layoutOptions: OPTIONS };
  for (const box of boxes) {
    const parent = (box.parent !== null && nodes.get(box.parent)) || root;
    const node = nodes.get(box.id);
    if (node) {
      parent.children ??= [];
      parent.children.push(node);
    }
  }
  root.edges = lines.map(
    (line, place): ElkExtendedEdge => ({
      id: `e${place}`,
      sources: [line.from],
      targets: [line.to],
    }),
  );
  elk ??= startElk();
  const laid = await (await elk).layout(root);
  const places: Places = {};
  const read = (node: ElkNode): void => {
    for (const child of node.children ?? []) {
      places[child.id] = { x: child.x ?? 0, y: child.y ?? 0, width: child.width ?? 0, height: child.height ?? 0 };
      read(child);
    }
  };
  read(laid);
  return places;
}

/** The places of these boxes; the last ones while new ones are thought about. Keep `boxes` and `lines` stable. */
export function useLayout(boxes: Box[], lines: Line[]): { places: Places | undefined; error: unknown } {
  const [state, setState] = useState<{ places: Places | undefined; error: unknown }>({
    places: undefined,
    error: undefined,
  });
  useEffect(() => {
    let isWanted = true;
    const take = (places: Places): void => {
      if (isWanted) setState({ places, error: undefined });
    };
    if (boxes.length > MOST_FOR_ELK) take(layered(boxes, lines));
    else
      byElk(boxes, lines).then(take, (error: unknown) => {
        if (isWanted) setState({ places: layered(boxes, lines), error });
      });
    return () => {
      isWanted = false;
    };
  }, [boxes, lines]);
  return state;
}
