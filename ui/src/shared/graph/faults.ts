// How many lines of a picture are hard to follow: that cross others, or run over boxes.
import type { Box, Layout, Line } from "./model";

/** A line over a box is worse than two lines that cross. */
const OVER_BOX = 2;
/** What a line only touches it does not run over. */
const EDGE = 4;
const STEPS = 10;

interface Point {
  x: number;
  y: number;
}
interface Frame extends Point {
  width: number;
  height: number;
}

/** The fewer, the better the picture. */
export function faultsOf({ places, direction }: Layout, boxes: Box[], lines: Line[]): number {
  const frames = framesOf(places, boxes);
  const holders = new Set(boxes.map((box) => box.parent));
  const leaves = boxes.flatMap((box) => {
    const frame = frames.get(box.id);
    return frame && !holders.has(box.id) ? [{ id: box.id, frame }] : [];
  });
  const ways = lines.flatMap((line) => {
    const [from, to] = [frames.get(line.from), frames.get(line.to)];
    return from && to ? [{ ...line, ends: endsOf(from, to, direction) }] : [];
  });
  let faults = 0;
  for (const [at, way] of ways.entries()) {
    for (const other of ways.slice(at + 1)) if (isCrossing(way.ends, other.ends)) faults += 1;
    const points = pointsOf(way.ends, direction);
    for (const { id, frame } of leaves)
      if (id !== way.from && id !== way.to && points.some((point) => isIn(point, frame))) faults += OVER_BOX;
  }
  return faults;
}

/** Where boxes are in the whole picture, not in the box that they lie in. */
function framesOf(places: Layout["places"], boxes: Box[]): Map<string, Frame> {
  const parents = new Map(boxes.map((box) => [box.id, box.parent]));
  const found = new Map<string, Frame>();
  for (const { id } of boxes) {
    const place = places[id];
    if (!place) continue;
    let { x, y } = place;
    for (let at = parents.get(id) ?? null; at !== null; at = parents.get(at) ?? null) {
      x += places[at]?.x ?? 0;
      y += places[at]?.y ?? 0;
    }
    found.set(id, { x, y, width: place.width, height: place.height });
  }
  return found;
}

type Ends = readonly [Point, Point];

function endsOf(from: Frame, to: Frame, direction: Layout["direction"]): Ends {
  if (direction === "DOWN")
    return [
      { x: from.x + from.width / 2, y: from.y + from.height },
      { x: to.x + to.width / 2, y: to.y },
    ];
  return [
    { x: from.x + from.width, y: from.y + from.height / 2 },
    { x: to.x, y: to.y + to.height / 2 },
  ];
}

/** Points on the line as it is drawn: a curve that begins and ends in the direction of the layers. */
function pointsOf([from, to]: Ends, direction: Layout["direction"]): Point[] {
  const points: Point[] = [];
  for (let step = 1; step < STEPS; step += 1) {
    const share = step / STEPS;
    const [straight, bent] = [1.5 * share * (1 - share) + share ** 3, share ** 2 * (3 - 2 * share)];
    const [x, y] = direction === "DOWN" ? [bent, straight] : [straight, bent];
    points.push({ x: from.x + (to.x - from.x) * x, y: from.y + (to.y - from.y) * y });
  }
  return points;
}

function isIn({ x, y }: Point, frame: Frame): boolean {
  return (
    x > frame.x + EDGE && x < frame.x + frame.width - EDGE && y > frame.y + EDGE && y < frame.y + frame.height - EDGE
  );
}

/** On which side of a line a point lies. */
function sideOf([from, to]: Ends, point: Point): number {
  return Math.sign((to.x - from.x) * (point.y - from.y) - (to.y - from.y) * (point.x - from.x));
}

function isCrossing(one: Ends, other: Ends): boolean {
  return sideOf(one, other[0]) * sideOf(one, other[1]) < 0 && sideOf(other, one[0]) * sideOf(other, one[1]) < 0;
}
