// Which part of a graph is seen at first, and how it moves to what is selected.
import { sizeOf } from "./layered";
import type { Layout } from "./model";

export interface View {
  x: number;
  y: number;
  zoom: number;
}

/** What is smaller cannot be read: then the look begins at the first tasks. */
const LEAST_ZOOM = 0.45;
const FIRST_ZOOM = 0.8;
const EDGE = 24;

/** All of it, or its beginning where all of it is too small to be read. */
function firstView({ places, direction }: Layout, width: number, height: number): View {
  const size = sizeOf(places);
  const all = Math.min(1, (width - 2 * EDGE) / size.width, (height - 2 * EDGE) / size.height);
  const isCut = all < LEAST_ZOOM;
  const zoom = isCut ? FIRST_ZOOM : all;
  const middle = { x: (width - size.width * zoom) / 2, y: (height - size.height * zoom) / 2 };
  if (!isCut) return { ...middle, zoom };
  return direction === "DOWN"
    ? { x: Math.max(EDGE, middle.x), y: EDGE, zoom }
    : { x: EDGE, y: Math.max(EDGE, middle.y), zoom };
}

/** `firstView`, moved to what is followed where that would be out of sight. */
export function viewOf(
  layout: Layout,
  nodes: readonly Placed[],
  followed: string | undefined,
  width: number,
  height: number,
): View {
  const first = firstView(layout, width, height);
  return (followed !== undefined && viewWith(nodes, followed, first, width, height)) || first;
}

interface Placed {
  id: string;
  parentId?: string | undefined;
  position: { x: number; y: number };
  width?: number | undefined;
  height?: number | undefined;
}

/** The view moved so that a node is in the middle of it; none where it is in sight, or is not there. */
export function viewWith(
  nodes: readonly Placed[],
  id: string,
  view: View,
  width: number,
  height: number,
): View | undefined {
  const known = new Map(nodes.map((node) => [node.id, node]));
  const node = known.get(id);
  if (!node || width === 0 || height === 0) return undefined;
  let { x, y } = node.position;
  for (let parent = known.get(node.parentId ?? ""); parent; parent = known.get(parent.parentId ?? "")) {
    x += parent.position.x;
    y += parent.position.y;
  }
  const [wide, high] = [(node.width ?? 0) * view.zoom, (node.height ?? 0) * view.zoom];
  const [left, top] = [x * view.zoom + view.x, y * view.zoom + view.y];
  if (left >= 0 && top >= 0 && left + wide <= width && top + high <= height) return undefined;
  return { zoom: view.zoom, x: width / 2 - x * view.zoom - wide / 2, y: height / 2 - y * view.zoom - high / 2 };
}
