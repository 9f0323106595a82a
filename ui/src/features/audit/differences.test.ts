import { expect, test } from "vitest";
import { differences, inWords } from "./differences";

test("what changed stands before what did not", () => {
  const found = differences({ a: 1, b: "x", gone: true }, { a: 1, b: "y", fresh: [1, 2] });
  expect(found).toEqual([
    { part: "b", before: "x", after: "y", change: "changed" },
    { part: "gone", before: "true", after: undefined, change: "removed" },
    { part: "fresh", before: undefined, after: "[ 1, 2 ]", change: "added" },
    { part: "a", before: "1", after: "1", change: "same" },
  ]);
});

test("a thing that was made or removed has all its parts on one side", () => {
  expect(differences(null, { key: "k" }).map((one) => one.change)).toEqual(["added"]);
  expect(differences({ key: "k" }, null).map((one) => one.change)).toEqual(["removed"]);
  expect(differences("on", "off")).toEqual([{ part: "value", before: "on", after: "off", change: "changed" }]);
});

test("a null is a value and not an absence", () => {
  expect(differences({ note: null }, { note: "hello" })).toEqual([
    { part: "note", before: "null", after: "hello", change: "changed" },
  ]);
});

test("events read as words", () => {
  expect(inWords("create_dag_run")).toBe("Create dag run");
});
