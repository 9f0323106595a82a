import { expect, test } from "vitest";
import { apart, axisOf, barOf, place, ticks } from "./axis";

const now = Date.parse("2026-01-01T12:00:00Z");
const axis = axisOf(6, now);

test("three quarters of the axis are past, the rest is to come", () => {
  expect(place(axis, now)).toBe(75);
  expect(place(axis, axis.from)).toBe(0);
});

test("a run that goes on reaches to the present moment, and one from before begins at the edge", () => {
  expect(barOf(axis, "2026-01-01T02:00:00Z", null)).toEqual({ left: 0, width: 75 });
});

test("a run that ended before the axis begins is not on it", () => {
  expect(barOf(axis, "2026-01-01T02:00:00Z", "2026-01-01T03:00:00Z")).toBeUndefined();
});

test("the axis is marked at full hours, and a short one every ten minutes", () => {
  expect(ticks(axis, 6)).toHaveLength(9);
  expect(ticks(axisOf(1, now), 1).map((at) => new Date(at).getUTCMinutes())).toEqual([
    0, 10, 20, 30, 40, 50, 0, 10, 20,
  ]);
});

test("of firings that would lie on each other one is drawn", () => {
  const every = (minutes: number) => [0, 1, 2].map((one) => new Date(now + one * minutes * 60_000).toISOString());
  expect(apart(axis, every(1))).toHaveLength(1);
  expect(apart(axis, every(30))).toHaveLength(3);
});
