// Which values are shown as tables.
import { expect, test } from "vitest";
import { asRows } from "./XComs";

test("a list of flat objects is a table with all of their keys", () => {
  expect(asRows([{ a: 1 }, { a: 2, b: null }])?.columns).toEqual(["a", "b"]);
});

test("what is nested, empty or no list is none", () => {
  for (const value of [[{ a: { b: 1 } }], [], { a: 1 }, [1, 2], null, "text"]) expect(asRows(value)).toBeUndefined();
});
