import { expect, test } from "vitest";
import { heights, type StripRun } from "./RunStrip";

const run = (took: number | null, start: string | null = null): StripRun => [
  "r",
  "success",
  "2026-01-01T00:00:00Z",
  start,
  took,
];

test("the longest run is the highest bar, and no bar is too low to be hit", () => {
  expect(heights([run(10), run(5), run(0.01)], 0)).toEqual([100, 50, 22]);
});

test("a run that goes on is as high as it has run until now", () => {
  const start = "2026-01-01T00:00:00Z";
  expect(heights([run(10), run(null, start)], Date.parse(start) + 5000)).toEqual([100, 50]);
});

test("runs that did not start yet have bars too", () => {
  expect(heights([run(null)], 0)).toEqual([40]);
});
