import { expect, test } from "vitest";
import { pagesOf } from "./pages";

test("the first page is always asked for, since it knows how many there are", () => {
  expect(pagesOf(0, 10, 50)).toEqual([0]);
  expect(pagesOf(220, 260, 50)).toEqual([0, 4, 5]);
});

test("a range that ends on a page's last row does not ask for the next one", () => {
  expect(pagesOf(30, 49, 50)).toEqual([0]);
  expect(pagesOf(30, 50, 50)).toEqual([0, 1]);
});
