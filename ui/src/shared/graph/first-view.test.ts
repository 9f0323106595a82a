// What is followed is in sight from the first, and stays so when a better picture comes.
import { expect, it } from "vitest";
import { viewOf } from "./first-view";
import type { Layout } from "./model";

const size = { width: 100, height: 40 };
const chain = (gap: number): Layout => ({
  direction: "DOWN",
  places: Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`t${at}`, { x: 0, y: at * gap, ...size }])),
});
const nodesOf = ({ places }: Layout) =>
  Object.entries(places).map(([id, { x, y, width, height }]) => ({ id, position: { x, y }, width, height }));

it("a picture too big to be read is shown from its beginning, or where what is followed is", () => {
  for (const layout of [chain(74), chain(90)]) {
    const nodes = nodesOf(layout);
    const beginning = viewOf(layout, nodes, undefined, 400, 400);
    expect(beginning.y).toBe(24);
    expect(viewOf(layout, nodes, "t1", 400, 400)).toEqual(beginning);
    expect(viewOf(layout, nodes, "no such box", 400, 400)).toEqual(beginning);
    const { y, zoom } = viewOf(layout, nodes, "t30", 400, 400);
    expect(zoom).toBe(beginning.zoom);
    expect(y + ((nodes[30]?.position.y ?? 0) + 20) * zoom).toBeCloseTo(200);
  }
});
