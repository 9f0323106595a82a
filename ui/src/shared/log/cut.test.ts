// Long lines, and how much of a log is kept at hand.
import { expect, test } from "vitest";
import { cutOf } from "./cut";
import type { LogLine } from "./rows";
import { firstOf, lastOf } from "./window";

test("of a long line the beginning is drawn, or the part with what is searched for", () => {
  const text = `${"a".repeat(5000)}Needle${"b".repeat(5000)}`;
  expect(cutOf("short", "", 100)).toEqual({ text: "short", before: 0, after: 0 });
  expect(cutOf(text, "", 100)).toEqual({ text: "a".repeat(100), before: 0, after: text.length - 100 });
  const found = cutOf(text, "needle", 2000);
  expect(found.text).toContain("Needle");
  expect(found.before + found.text.length + found.after).toBe(text.length);
});

const lines = (count: number, length: number): LogLine[] =>
  Array.from({ length: count }, (_, at) => [at, at + 1, "", "info", "task.stdout", "x".repeat(length), {}]);

test("what is kept is bounded by lines and by their length, at the end that is asked for", () => {
  const many = lines(25_000, 10);
  expect(firstOf(many)).toHaveLength(20_000);
  expect(firstOf(many)[0]).toBe(many[0]);
  expect(lastOf(many)).toHaveLength(20_000);
  expect(lastOf(many).at(-1)).toBe(many.at(-1));
  const wide = lines(40, 1_000_000);
  expect(firstOf(wide)).toHaveLength(24);
  expect(lastOf(wide)).toHaveLength(24);
  const one = lines(1, 30_000_000);
  expect(firstOf(one)).toBe(one);
  expect(lastOf(one)).toBe(one);
});
