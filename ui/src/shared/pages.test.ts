import { expect, test } from "vitest";
import { pagesOf } from "./pages";

test("the first page is always asked for, since it knows how many there are", () => {
  expect(pagesOf(0, 0)).toEqual([0]);
  expect(pagesOf(4, 5)).toEqual([0, 4, 5]);
});

test("no page is asked for twice", () => {
  expect(pagesOf(0, 2)).toEqual([0, 1, 2]);
});
