// How good the quick picture is, of many made-up graphs.
import { expect, it } from "vitest";
import { faultsOf } from "./faults";
import { quickLayout } from "./layered";
import type { Box, Layout, Line, Place } from "./model";

/** Numbers that look like chance, the same each time. */
function chance(seed: number): (below: number) => number {
  let state = seed * 7919;
  return (below) => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return Math.floor((state / 2147483648) * below);
  };
}

function madeUp(seed: number): { boxes: Box[]; lines: Line[] } {
  const pick = chance(seed);
  const groups = pick(4);
  const boxes: Box[] = Array.from({ length: groups }, (_, place) => ({
    id: `g${place}`,
    parent: place > 0 && pick(2) === 0 ? `g${pick(place)}` : null,
    width: 124,
    height: 60,
  }));
  const count = 2 + pick(40);
  for (let place = 0; place < count; place += 1) {
    const parent = groups > 0 && pick(2) === 0 ? `g${pick(groups)}` : null;
    boxes.push({ id: `t${place}`, parent, width: 100 + pick(150), height: 44 });
  }
  const lines: Line[] = [];
  for (let place = 1; place < count; place += 1)
    for (let more = pick(3); more > 0; more -= 1) lines.push({ from: `t${pick(place)}`, to: `t${place}` });
  return { boxes, lines };
}

function overlaps(one: Place, other: Place): boolean {
  return (
    one.x < other.x + other.width &&
    other.x < one.x + one.width &&
    one.y < other.y + other.height &&
    other.y < one.y + one.height
  );
}

/** What of a picture must never be: boxes on each other, or beyond the edge of the one that they lie in. */
function wrongsOf(places: Layout["places"], boxes: Box[]): string[] {
  const wrongs: string[] = [];
  for (const box of boxes) {
    const place = places[box.id] as Place;
    for (const other of boxes)
      if (other.id < box.id && other.parent === box.parent && overlaps(place, places[other.id] as Place))
        wrongs.push(`${box.id} is on ${other.id}`);
    const room = box.parent === null ? undefined : places[box.parent];
    if (!room) continue;
    const isIn = place.x >= 16 && place.y >= 38;
    if (!isIn || place.x + place.width > room.width || place.y + place.height > room.height)
      wrongs.push(`${box.id} is not in ${box.parent}`);
  }
  return wrongs;
}

it("no box lies on another, and each is in its own", () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const { boxes, lines } = madeUp(seed);
    for (const aspect of [undefined, 0.01]) {
      const { places } = quickLayout(boxes, lines, aspect);
      expect(Object.keys(places)).toHaveLength(boxes.length);
      expect(wrongsOf(places, boxes), `graph ${seed}`).toEqual([]);
    }
  }
});

const box = (id: string): Box => ({ id, parent: null, width: 100, height: 30 });
const linesOf = (...pairs: string[]): Line[] => pairs.map((pair) => ({ from: pair.charAt(0), to: pair.charAt(1) }));

it("lines cross only where they must", () => {
  const boxes = [..."abcdef"].map(box);
  const parted = linesOf("ae", "bd", "cf", "ad");
  expect(faultsOf(quickLayout(boxes, parted, undefined), boxes, parted)).toBe(0);
  const knotted = linesOf("ac", "ad", "bc", "bd");
  expect(faultsOf(quickLayout(boxes, knotted, undefined), boxes, knotted)).toBe(1);
});

it("a chain is straight, and who leads to two is between them", () => {
  const boxes = [..."abcd"].map(box);
  const chain = quickLayout(boxes, linesOf("ab", "bc", "cd"), undefined).places;
  expect(new Set(Object.values(chain).map((place) => place.y)).size).toBe(1);
  const { a, b, c } = quickLayout(boxes, linesOf("ab", "ac"), undefined).places;
  expect((b?.y ?? 0) + (c?.y ?? 0)).toBe(2 * (a?.y ?? 0));
});

it("what is needed late stands just before it is needed", () => {
  const boxes = [..."abcd"].map(box);
  const { c, d } = quickLayout(boxes, linesOf("ab", "bc", "dc"), undefined).places;
  expect((c?.x ?? 0) - (d?.x ?? 0)).toBe(156);
});

it("a line that runs over a box is a fault, one that ends at it is none", () => {
  const boxes = [..."abc"].map(box);
  const at = (x: number): Place => ({ x, y: 0, width: 100, height: 30 });
  const row: Layout = { direction: "RIGHT", places: { a: at(0), b: at(150), c: at(300) } };
  expect(faultsOf(row, boxes, linesOf("ab", "bc"))).toBe(0);
  expect(faultsOf(row, boxes, linesOf("ac"))).toBe(2);
});
