// A quick layout: boxes in layers behind what leads to them, in an order in which few lines cross, level with their neighbours.
//
// What a box holds is laid out first; the box is one member then. A hundred boxes take a millisecond, a thousand some ten.
import { middlesOf } from "./align";
import { depthsOf } from "./depths";
import { type Box, type Direction, GAP, type Layout, type Line, PADDING, type Place, type Places } from "./model";
import { netOf, type Pair } from "./net";
import { putInOrder } from "./order";

const ROOT = "";

/** Where each box goes: layers stand beside each other from left to right, or below each other. */
export function layered(boxes: Box[], lines: Line[], direction: Direction = "RIGHT"): Places {
  if (direction === "RIGHT")
    return inLayers(boxes, lines, { along: PADDING.side, across: PADDING.top, gap: GAP.layer.RIGHT });
  const lying = boxes.map((box) => ({ ...box, width: box.height, height: box.width }));
  const places = inLayers(lying, lines, { along: PADDING.top, across: PADDING.side, gap: GAP.layer.DOWN });
  const turned = (place: Place): Place => ({ x: place.y, y: place.x, width: place.height, height: place.width });
  return Object.fromEntries(Object.entries(places).map(([id, place]) => [id, turned(place)]));
}

/** Boxes in layers; with `aspect` in the direction in which they are bigger in a room that much wider than high. */
export function quickLayout(boxes: Box[], lines: Line[], aspect: number | undefined): Layout {
  const right: Layout = { direction: "RIGHT", places: layered(boxes, lines, "RIGHT") };
  if (aspect === undefined) return right;
  const down: Layout = { direction: "DOWN", places: layered(boxes, lines, "DOWN") };
  const zoomOf = ({ places }: Layout): number => {
    const { width, height } = sizeOf(places);
    return Math.min(aspect / width, 1 / height);
  };
  return zoomOf(down) > zoomOf(right) ? down : right;
}

/** How much room boxes take where they are. */
export function sizeOf(places: Places): { width: number; height: number } {
  let [width, height] = [1, 1];
  for (const place of Object.values(places)) {
    width = Math.max(width, place.x + place.width);
    height = Math.max(height, place.y + place.height);
  }
  return { width, height };
}

/** Room around what a box holds: before it in the direction of the layers, and beside that; and between layers. */
interface Room {
  along: number;
  across: number;
  gap: number;
}

function inLayers(boxes: Box[], lines: Line[], room: Room): Places {
  const parents = new Map(boxes.map((box) => [box.id, box.parent ?? ROOT]));
  const inside = new Map<string, Box[]>();
  for (const box of boxes) {
    const key = box.parent ?? ROOT;
    const list = inside.get(key);
    if (list) list.push(box);
    else inside.set(key, [box]);
  }
  const between = lifted(lines, parents);
  const places: Places = {};
  const lay = (id: string): { width: number; height: number } => {
    const members = (inside.get(id) ?? []).map((box) => {
      if (!inside.has(box.id)) return { id: box.id, width: box.width, height: box.height };
      const size = lay(box.id);
      return {
        id: box.id,
        width: Math.max(box.width, size.width + room.along + PADDING.side),
        height: Math.max(box.height, size.height + room.across + PADDING.side),
      };
    });
    const around = id === ROOT ? { ...room, along: 0, across: 0 } : room;
    return arrange(members, between.get(id) ?? [], places, around);
  };
  lay(ROOT);
  return places;
}

/** Lines as they run among the members of one box: each by the box where both its ends part. */
function lifted(lines: Line[], parents: Map<string, string>): Map<string, [string, string][]> {
  const pathOf = (id: string): string[] => {
    const path: string[] = [];
    for (let at = id; at !== ROOT && at !== undefined; at = parents.get(at) ?? ROOT) path.unshift(at);
    return path;
  };
  const found = new Map<string, Map<string, [string, string]>>();
  for (const { from, to } of lines) {
    const one = pathOf(from);
    const other = pathOf(to);
    let depth = 0;
    while (one[depth] !== undefined && one[depth] === other[depth]) depth += 1;
    const [left, right] = [one[depth], other[depth]];
    if (left === undefined || right === undefined) continue;
    const box = depth === 0 ? ROOT : (one[depth - 1] ?? ROOT);
    const list = found.get(box) ?? new Map<string, [string, string]>();
    list.set(`${left}\n${right}`, [left, right]);
    found.set(box, list);
  }
  return new Map([...found].map(([box, list]) => [box, [...list.values()]]));
}

interface Member {
  id: string;
  width: number;
  height: number;
}

/** Puts members where they go; how much room they take. */
function arrange(
  members: Member[],
  lines: [string, string][],
  places: Places,
  room: Room,
): { width: number; height: number } {
  const numbers = new Map(members.map((one, number) => [one.id, number]));
  const pairs = lines.map(([from, to]): Pair => [numbers.get(from) ?? 0, numbers.get(to) ?? 0]);
  const depths = depthsOf(members.length, pairs);
  const net = netOf(depths, pairs);
  putInOrder(net);
  const sizes = net.before.map((_, number) => members[number]?.height ?? 0);
  const middles = middlesOf(net, sizes, GAP.node);
  const widths = net.layers.map((layer) => Math.max(0, ...layer.map((number) => members[number]?.width ?? 0)));
  const starts: number[] = [];
  let x = room.along;
  for (const width of widths) {
    starts.push(x);
    x += width + room.gap;
  }
  let height = 0;
  for (const [number, one] of members.entries()) {
    const depth = depths[number] ?? 0;
    const top = Math.round((middles[number] ?? 0) - one.height / 2);
    const left = Math.round((starts[depth] ?? 0) + ((widths[depth] ?? 0) - one.width) / 2);
    places[one.id] = { x: left, y: room.across + top, width: one.width, height: one.height };
    height = Math.max(height, top + one.height);
  }
  return { width: Math.max(0, x - room.along - room.gap), height };
}
