import { expect, test } from "vitest";
import { type Column, canHide, compare, leastOf, orderOf, tracksOf, wordOf } from "./columns";

const column = (id: string, width?: string): Column<object> => ({
  id,
  header: id,
  cell: () => null,
  ...(width ? { width } : {}),
});
const columns = [column("name", "minmax(180px, 2fr)"), column("state", "110px"), column("actions", "90px")];

test("a table is never narrower than its columns", () => {
  expect(leastOf("minmax(180px, 2fr)")).toBe(180);
  expect(tracksOf(columns, {}, { choice: false, corner: true })).toEqual({
    tracks: "minmax(180px, 2fr) 110px 90px minmax(0px, auto)",
    least: 380,
  });
});

test("a width that somebody chose goes before the column's own", () => {
  const { tracks, least } = tracksOf(columns.slice(0, 2), { name: 240 }, { choice: true, corner: true });
  expect(tracks).toBe("38px 240px 110px minmax(30px, auto)");
  expect(least).toBe(38 + 240 + 110 + 30);
});

test("the first column and the buttons cannot be hidden", () => {
  expect(columns.map((one) => canHide(columns, one))).toEqual([false, true, false]);
});

test("an order is a word of the address and back", () => {
  for (const word of ["name", "-name", undefined]) expect(wordOf(orderOf(word))).toBe(word);
});

test("numbers sort by size and names as people do", () => {
  expect([10, 9, 100].sort(compare)).toEqual([9, 10, 100]);
  expect(["task 10", "Task 9", "extract"].sort(compare)).toEqual(["extract", "Task 9", "task 10"]);
});
