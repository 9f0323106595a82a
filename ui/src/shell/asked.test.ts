import { expect, test } from "vitest";
import { asked, fits, verbsFor } from "./asked";

test("a verb before a name says what to do with it", () => {
  expect(asked("pause  shop orders")).toEqual({ verb: "pause", text: "shop orders" });
  expect(asked("Run etl")).toEqual({ verb: "trigger", text: "etl" });
});

test("a verb alone is a name to look for", () => {
  expect(asked("pause")).toEqual({ verb: undefined, text: "pause" });
});

test("a paused DAG can be unpaused and triggered, and is not paused twice", () => {
  expect(verbsFor(undefined, true)).toEqual(["trigger", "unpause"]);
  expect(verbsFor("pause", true)).toEqual([]);
});

test("the words of a query may stand in any order", () => {
  expect(fits("Import errors", "err imp")).toBe(true);
  expect(fits("Import errors", "pools")).toBe(false);
});
