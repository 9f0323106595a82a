import { expect, it } from "vitest";
import { layered, quickLayout, sizeOf } from "./layered";
import type { Box } from "./model";

const box = (id: string, parent: string | null = null): Box => ({ id, parent, width: 100, height: 30 });

it("what comes later lies further right", () => {
  const places = layered(
    [box("a"), box("b"), box("c")],
    [
      { from: "a", to: "b" },
      { from: "b", to: "c" },
      { from: "a", to: "c" },
    ],
  );
  expect(places.a?.x).toBeLessThan(places.b?.x ?? 0);
  expect(places.b?.x).toBeLessThan(places.c?.x ?? 0);
});

it("a box is as big as what it holds, and lines into it move the whole of it", () => {
  const places = layered(
    [box("a"), box("g"), box("x", "g"), box("y", "g")],
    [
      { from: "a", to: "x" },
      { from: "x", to: "y" },
    ],
  );
  expect(places.g?.width).toBeGreaterThan(200);
  expect(places.g?.x).toBeGreaterThan(100);
  expect(places.y?.x).toBeGreaterThan(places.x?.x ?? 0);
});

it("boxes of a layer do not lie on each other", () => {
  const places = layered([box("a"), box("b"), box("c")], []);
  const tops = [places.a?.y, places.b?.y, places.c?.y].sort((one, other) => (one ?? 0) - (other ?? 0));
  expect((tops[1] ?? 0) - (tops[0] ?? 0)).toBeGreaterThanOrEqual(30);
});

it("a circle does no harm", () => {
  const places = layered(
    [box("a"), box("b")],
    [
      { from: "a", to: "b" },
      { from: "b", to: "a" },
    ],
  );
  expect(Object.keys(places)).toHaveLength(2);
});

it("a thousand boxes take less than half a second", () => {
  const boxes = Array.from({ length: 1000 }, (_, place) => box(`t${place}`));
  const lines = boxes.slice(10).map((one, place) => ({ from: `t${place}`, to: one.id }));
  const began = performance.now();
  layered(boxes, lines);
  expect(performance.now() - began).toBeLessThan(500);
});

it("layers can stand below each other, with room for the name of a box above what it holds", () => {
  const places = layered(
    [box("a"), box("g"), box("x", "g"), box("y", "g")],
    [
      { from: "a", to: "x" },
      { from: "x", to: "y" },
    ],
    "DOWN",
  );
  expect(places.g?.y).toBeGreaterThan(places.a?.y ?? 0);
  expect(places.y?.y).toBeGreaterThan(places.x?.y ?? 0);
  expect(places.x).toMatchObject({ x: 16, y: 38, width: 100, height: 30 });
});

it("a long chain goes down where there is little width, a wide fan goes right", () => {
  const boxes = Array.from({ length: 9 }, (_, place) => box(`t${place}`));
  const chain = boxes.slice(1).map((one, place) => ({ from: `t${place}`, to: one.id }));
  const fan = boxes.slice(1).map((one) => ({ from: "t0", to: one.id }));
  expect(quickLayout(boxes, chain, 1).direction).toBe("DOWN");
  expect(quickLayout(boxes, fan, 1).direction).toBe("RIGHT");
  expect(sizeOf(layered(boxes, chain)).width).toBeGreaterThan(900);
});
