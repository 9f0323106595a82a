import { describe, expect, it } from "vitest";
import type { GanttRow } from "./model";
import { arrowsOf, marksOf, pathOf, pixelOf, shareOf, sideOf, spanOf } from "./scale";

const row = (key: string, start: number, end: number | null, more: Partial<GanttRow> = {}): GanttRow => ({
  key,
  kind: "task",
  label: key,
  state: "success",
  counts: { success: 1 },
  isMapped: false,
  isFolded: false,
  depth: 0,
  upstream: [],
  isCritical: false,
  hasNote: false,
  segments: [{ tryNumber: 1, queuedAt: start - 100, startedAt: start, endedAt: end, state: "success" }],
  ...more,
});

describe("the axis", () => {
  it("goes from the first wait to the last end", () => {
    expect(spanOf([row("a", 1000, 3000), row("b", 3100, 5000)], undefined)).toEqual({ from: 900, to: 5000 });
  });
  it("reaches to now while something goes on, and to the predicted end", () => {
    expect(spanOf([row("a", 1000, null)], 9000)?.to).toBe(9000);
    expect(spanOf([row("a", 1000, null)], 9000, 12_000)?.to).toBe(12_000);
    expect(spanOf([row("a", 1000, 2000)], undefined, 12_000)?.to).toBe(2000);
  });
  it("is none where nothing has begun", () => {
    expect(spanOf([row("a", 0, 0, { segments: [] })], 9000)).toBeUndefined();
  });
  it("has few marks, at round distances", () => {
    expect(marksOf({ from: 0, to: 9000 })).toEqual([0, 2000, 4000, 6000, 8000]);
    expect(marksOf({ from: 0, to: 3_600_000 })).toHaveLength(7);
    expect(marksOf({ from: 0, to: 90 * 864e5 }).length).toBeLessThan(9);
    expect(marksOf({ from: 0, to: 9000 }, 200)).toEqual([0, 5000]);
  });
  it("keeps what lies outside at its ends", () => {
    expect(shareOf({ from: 0, to: 200 }, 50)).toBe(25);
    expect(shareOf({ from: 0, to: 200 }, 900)).toBe(100);
  });
});

it("arrows are those of the critical path and of what is selected", () => {
  const rows = [
    row("a", 1000, 2000, { isCritical: true }),
    row("b", 2100, 3000, { isCritical: true, upstream: ["a"] }),
    row("c", 2100, 2500, { upstream: ["a"] }),
  ];
  expect(arrowsOf(rows, undefined).map((one) => [one.from, one.to])).toEqual([[0, 1]]);
  expect(arrowsOf(rows, "c").map((one) => [one.from, one.to, one.isCritical])).toEqual([
    [0, 1, true],
    [0, 2, false],
  ]);
});

it("an arrow goes right along the row that ended, then to the edge of the one that begins", () => {
  expect(pathOf(100, 150, 15, 75).line).toBe("M100 15H148Q152 15 152 19V65");
  expect(pathOf(100, 150, 75, 15).line).toBe("M100 75H148Q152 75 152 71V25");
  expect(pathOf(100, 90, 15, 45).line).toMatch(/^M100 15H100Q103 15/);
});

it("a row with nothing in what is shown lies earlier or later", () => {
  const { segments } = row("a", 1000, 2000); // it waits from 900 on
  expect(sideOf(segments, { from: 0, to: 800 }, 0)).toBe("later");
  expect(sideOf(segments, { from: 2500, to: 3000 }, 0)).toBe("earlier");
  expect(sideOf(segments, { from: 1500, to: 1600 }, 0)).toBeUndefined();
  expect(sideOf([], { from: 0, to: 1 }, 0)).toBeUndefined();
  expect(sideOf(row("b", 1000, null).segments, { from: 4000, to: 5000 }, 9000)).toBeUndefined();
});

it("what lies far outside of what is shown is drawn just outside", () => {
  const span = { from: 1000, to: 1100 };
  expect([1050, 900, 99_999].map((moment) => pixelOf(span, moment, 200))).toEqual([100, -50, 250]);
});
