import { expect, test } from "vitest";
import { dots, marks, scaleOf } from "./dots";

const run = (key: string, at: number, seconds: number) => ({ key, at, seconds });

test("the earliest run is at the left, the longest near the top", () => {
  const runs = [run("a", 1000, 1), run("b", 2000, 100)];
  const scale = scaleOf(runs);
  expect(scale).toBeDefined();
  if (!scale) return;
  const [a, b] = dots(scale, runs);
  expect([a?.x, b?.x]).toEqual([0, 100]);
  expect(a?.y).toBeGreaterThan(80);
  expect(b?.y).toBeLessThan(20);
});

test("ten times as long is the same step everywhere", () => {
  const runs = [run("a", 0, 1), run("b", 1, 10), run("c", 2, 100)];
  const scale = scaleOf(runs);
  const [a, b, c] = scale ? dots(scale, runs) : [];
  expect((a?.y ?? 0) - (b?.y ?? 0)).toBeCloseTo((b?.y ?? 0) - (c?.y ?? 0), 6);
});

test("one run alone has a place, and its duration is written on the axis", () => {
  const scale = scaleOf([run("a", 5, 4)]);
  expect(scale && marks(scale)).toEqual([4]);
  expect(scaleOf([])).toBeUndefined();
});
