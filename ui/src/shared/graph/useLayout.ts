// Where the boxes of a graph go: ELK thinks about it, about big graphs our own quick layout; each in a worker.
import type { ElkExtendedEdge, ElkNode } from "elkjs/lib/elk-api";
import { useEffect, useState } from "react";
import { directionFor } from "./layered";
import { type Box, GAP, type Layout, type Line, PADDING, type Places } from "./model";
import { quickLayout } from "./quick";

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
  "elk.hierarchyHandling": "INCLUDE_CHILDREN",
  "elk.spacing.nodeNode": String(GAP.node),
  "elk.spacing.edgeNode": "14",
  "elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
  "elk.padding": `[top=${PADDING.top},left=${PADDING.side},bottom=${PADDING.side},right=${PADDING.side}]`,
};

/** Start what will lay out so many boxes, while they are still being asked for. */
export function prepareLayout(boxes: number): void {
  if (boxes <= MOST_FOR_ELK) elk ??= startElk();
}

async function byElk(boxes: Box[], lines: Line[], aspect: number | undefined): Promise<Layout> {
  const direction = aspect === undefined ? "RIGHT" : directionFor(boxes, lines, aspect);
  const layoutOptions = {
    ...OPTIONS,
    "elk.direction": direction,
    "elk.layered.spacing.nodeNodeBetweenLayers": String(GAP.layer[direction]),
  };
  const nodes = new Map<string, ElkNode>(
    boxes.map((box) => [box.id, { id: box.id, width: box.width, height: box.height, layoutOptions }]),
  );
  const root: ElkNode = { id: "(root)", children: [], layoutOptions };
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
  return { places, direction };
}

/**
 * The places of these boxes; the last ones while new ones are thought about. Keep `boxes` and `lines` stable.
 *
 * With `aspect`, how many times as wide as high the room is, layers go below each other where that is bigger.
 */
export function useLayout(boxes: Box[], lines: Line[], aspect?: number): Partial<Layout> & { error: unknown } {
  const [state, setState] = useState<Partial<Layout> & { error: unknown }>({ error: undefined });
  useEffect(() => {
    let isWanted = true;
    const take = (layout: Layout, error?: unknown): void => {
      if (isWanted) setState({ ...layout, error });
    };
    const quick = (error?: unknown): Promise<void> =>
      quickLayout(boxes, lines, aspect).then(
        (layout) => take(layout, error),
        (failed: unknown) => {
          if (isWanted) setState((before) => ({ ...before, error: failed }));
        },
      );
    if (boxes.length > MOST_FOR_ELK) void quick();
    else byElk(boxes, lines, aspect).then(take, quick);
    return () => {
      isWanted = false;
    };
  }, [boxes, lines, aspect]);
  return state;
}
