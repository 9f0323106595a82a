// A quick layout for big graphs: boxes in layers by their longest path, each layer in the order of what leads to it.
//
// What a box holds is laid out first; the box is one node then. Time is linear in boxes and lines, so that a thousand
// take milliseconds.
import { type Box, type Direction, GAP, type Line, PADDING, type Place, type Places } from "./model";

const SWEEPS = 4;
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

/** The direction in which a graph is drawn bigger in a room that is `aspect` times as wide as it is high. */
export function directionFor(boxes: Box[], lines: Line[], aspect: number): Direction {
  const zoomOf = (direction: Direction): number => {
    const { width, height } = sizeOf(layered(boxes, lines, direction));
    return Math.min(aspect / width, 1 / height);
  };
  return zoomOf("DOWN") > zoomOf("RIGHT") ? "DOWN" : "RIGHT";
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

function arrange(
  members: Member[],
  lines: [string, string][],
  places: Places,
  room: Room,
): { width: number; height: number } {
  const layers = layersOf(members, lines);
  order(layers, lines);
  const height = Math.max(
    0,
    ...layers.map((layer) => layer.reduce((sum, one) => sum + one.height + GAP.node, -GAP.node)),
  );
  let x = room.along;
  for (const layer of layers) {
    const width = Math.max(0, ...layer.map((one) => one.width));
    const own = layer.reduce((sum, one) => sum + one.height + GAP.node, -GAP.node);
    let y = room.across + (height - own) / 2;
    for (const one of layer) {
      places[one.id] = { x: x + (width - one.width) / 2, y, width: one.width, height: one.height };
      y += one.height + GAP.node;
    }
    x += width + room.gap;
  }
  return { width: Math.max(0, x - room.along - room.gap), height };
}

/** Members by their longest path from a beginning; what lies on a circle comes last. */
function layersOf(members: Member[], lines: [string, string][]): Member[][] {
  const waiting = new Map(members.map((one) => [one.id, 0]));
  const after = new Map<string, string[]>();
  for (const [from, to] of lines) {
    waiting.set(to, (waiting.get(to) ?? 0) + 1);
    listIn(after, from).push(to);
  }
  const depth = new Map<string, number>();
  const ready = members.filter((one) => waiting.get(one.id) === 0).map((one) => one.id);
  for (const id of ready) depth.set(id, 0);
  for (let at = 0; at < ready.length; at++) {
    const id = ready[at] ?? "";
    for (const next of after.get(id) ?? []) {
      depth.set(next, Math.max(depth.get(next) ?? 0, (depth.get(id) ?? 0) + 1));
      const left = (waiting.get(next) ?? 0) - 1;
      waiting.set(next, left);
      if (left === 0) ready.push(next);
    }
  }
  const layers: Member[][] = [];
  for (const one of members) {
    const layer = depth.get(one.id) ?? 0;
    while (layers.length <= layer) layers.push([]);
    layers[layer]?.push(one);
  }
  return layers.filter((layer) => layer.length > 0);
}

function listIn(lists: Map<string, string[]>, key: string): string[] {
  let list = lists.get(key);
  if (!list) {
    list = [];
    lists.set(key, list);
  }
  return list;
}

/** Puts each member near the middle of what leads to it, then of what it leads to, a few times over. */
function order(layers: Member[][], lines: [string, string][]): void {
  const before = new Map<string, string[]>();
  const after = new Map<string, string[]>();
  for (const [from, to] of lines) {
    listIn(before, to).push(from);
    listIn(after, from).push(to);
  }
  const rank = new Map<string, number>();
  const number = (layer: Member[]): void => {
    layer.forEach((one, place) => {
      rank.set(one.id, layer.length > 1 ? place / (layer.length - 1) : 0.5);
    });
  };
  layers.forEach(number);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const [near, way] = sweep % 2 === 0 ? [before, layers] : [after, [...layers].reverse()];
    for (const layer of way) {
      const middle = new Map(
        layer.map((one) => {
          const ranks = (near.get(one.id) ?? []).map((id) => rank.get(id) ?? 0.5);
          return [one.id, ranks.length > 0 ? ranks.reduce((a, b) => a + b, 0) / ranks.length : (rank.get(one.id) ?? 0)];
        }),
      );
      layer.sort((a, b) => (middle.get(a.id) ?? 0) - (middle.get(b.id) ?? 0));
      number(layer);
    }
  }
}
