// ELK, which thinks longer about where boxes go than our own quick layout does, in a worker of its own.
import type { ElkExtendedEdge, ElkNode } from "elkjs/lib/elk-api";
import url from "elkjs/lib/elk-worker.min.js?url";
import { type Box, type Direction, GAP, type Line, PADDING, type Places } from "./model";

/** Whoever thinks longer than this about one graph is stopped. */
const MOST_MS = 10_000;

interface Layouter {
  layout: (graph: ElkNode) => Promise<ElkNode>;
  stop: () => void;
}

let elk: Promise<Layouter> | undefined;
let isReady = false;

/** Whether ELK answers at once: started for the first time in a tab, it takes half a second. */
export function isElkReady(): boolean {
  return isReady;
}

function started(): Promise<Layouter> {
  elk ??= start().catch((error: unknown) => {
    elk = undefined;
    throw error;
  });
  return elk;
}

async function start(): Promise<Layouter> {
  const { default: Elk } = await import("elkjs/lib/elk-api");
  const worker = new Worker(url);
  const engine = new Elk({ workerFactory: () => worker });
  // ELK says nothing when its worker cannot be loaded: whoever waits for an answer would wait for ever.
  const broken = new Promise<never>((_, reject) => {
    worker.addEventListener("error", (event) => reject(new Error(`ELK's worker failed: ${event.message || url}`)));
  });
  const layout = (graph: ElkNode): Promise<ElkNode> => Promise.race([engine.layout(graph), broken]);
  // Its code is read and compiled at its first layout: that is one of two boxes.
  await layout(graphOf([box("a"), box("b")], [{ from: "a", to: "b" }], "RIGHT"));
  isReady = true;
  return { layout, stop: () => worker.terminate() };
}

const box = (id: string): Box => ({ id, parent: null, width: 10, height: 10 });

let last: Promise<unknown> = Promise.resolve();

/** ELK's places of boxes; of one graph after the other, so that each has its own time, and another ELK if the one before had it stopped. */
export function elkPlaces(boxes: Box[], lines: Line[], direction: Direction): Promise<Places> {
  const places = last.then(() => thoughtOut(boxes, lines, direction));
  last = places.catch(() => undefined);
  return places;
}

async function thoughtOut(boxes: Box[], lines: Line[], direction: Direction): Promise<Places> {
  const asked = started();
  const { layout, stop } = await asked;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`ELK needs more than ${MOST_MS / 1000} s for this graph`)), MOST_MS);
  });
  try {
    return placesOf(await Promise.race([layout(graphOf(boxes, lines, direction)), late]));
  } catch (error) {
    stop();
    if (elk === asked) [elk, isReady] = [undefined, false];
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

const OPTIONS = {
  "elk.algorithm": "layered",
  "elk.hierarchyHandling": "INCLUDE_CHILDREN",
  "elk.spacing.nodeNode": String(GAP.node),
  "elk.spacing.edgeNode": "14",
  "elk.padding": `[top=${PADDING.top},left=${PADDING.side},bottom=${PADDING.side},right=${PADDING.side}]`,
};

function graphOf(boxes: Box[], lines: Line[], direction: Direction): ElkNode {
  // ELK's network simplex fails on boxes in boxes whose layers go down.
  const isNestedDown = direction === "DOWN" && boxes.some((one) => one.parent !== null);
  const layoutOptions = {
    ...OPTIONS,
    "elk.layered.nodePlacement.strategy": isNestedDown ? "LINEAR_SEGMENTS" : "NETWORK_SIMPLEX",
    "elk.direction": direction,
    "elk.layered.spacing.nodeNodeBetweenLayers": String(GAP.layer[direction]),
  };
  const nodes = new Map<string, ElkNode>(
    boxes.map((one) => [one.id, { id: one.id, width: one.width, height: one.height, layoutOptions }]),
  );
  const root: ElkNode = { id: "(root)", children: [], layoutOptions };
  for (const one of boxes) {
    const parent = (one.parent !== null && nodes.get(one.parent)) || root;
    const node = nodes.get(one.id);
    if (node) {
      parent.children ??= [];
      parent.children.push(node);
    }
  }
  root.edges = lines.map(
    (line, place): ElkExtendedEdge => ({ id: `e${place}`, sources: [line.from], targets: [line.to] }),
  );
  return root;
}

function placesOf(laid: ElkNode): Places {
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
