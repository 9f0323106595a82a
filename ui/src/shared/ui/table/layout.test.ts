import { expect, test } from "vitest";
import { layoutFrom } from "./layout";

test("what was kept of a table is what it begins with", () => {
  const kept = { shown: { note: false }, sizes: { name: 240 } };
  expect(layoutFrom(JSON.stringify(kept))).toEqual(kept);
});

test("what nobody can read is as if nothing had been kept", () => {
  const none = { shown: {}, sizes: {} };
  expect(layoutFrom(null)).toEqual(none);
  expect(layoutFrom("{")).toEqual(none);
  expect(layoutFrom("null")).toEqual(none);
  expect(layoutFrom('{"shown": {"a": "yes"}, "sizes": {"b": 12, "c": "wide"}}')).toEqual({
    shown: {},
    sizes: { b: 12 },
  });
});
