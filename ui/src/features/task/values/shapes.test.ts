// What a value is shown as.
import { expect, test } from "vitest";
import { asChart, asPicture, asTable, untagged } from "./shapes";

test("a list of flat objects is a table with all of their keys", () => {
  expect(asTable([{ a: 1 }, { a: 2, b: null }])?.columns).toEqual(["a", "b"]);
});

test("what is nested, empty or no list is no table", () => {
  for (const value of [[{ a: { b: 1 } }], [], { a: 1 }, [1, 2], null, "text"]) expect(asTable(value)).toBeUndefined();
});

test("figures of plotly and specifications of Vega are plots", () => {
  expect(asChart({ data: [{ type: "bar", y: [1] }] })?.kind).toBe("plotly");
  expect(asChart({ data: [{ y: [1] }], layout: { title: { text: "x" } } })?.kind).toBe("plotly");
  expect(asChart({ $schema: "https://vega.github.io/schema/vega-lite/v5.json", mark: "bar" })?.kind).toBe("vega-lite");
  expect(asChart({ $schema: "https://vega.github.io/schema/vega/v5.json", marks: [] })?.kind).toBe("vega");
});

test("what only resembles a plot is none", () => {
  const values = [
    { data: [{ id: 1 }] },
    { data: [], layout: {} },
    { data: [{ type: "order" }], next: "/page/2" },
    { data: [1, 2], layout: {} },
    { $schema: "https://json-schema.org/draft/2020-12/schema" },
    [{ type: "bar" }],
    null,
  ];
  for (const value of values) expect(asChart(value)).toBeUndefined();
});

test("bytes that begin like a picture are one", () => {
  expect(asPicture({ __tw__: "bytes", v: "iVBORw0KGgoAAA" })).toBe("data:image/png;base64,iVBORw0KGgoAAA");
  expect(asPicture({ __tw__: "bytes", v: "PHNjcmlwdD4=" })).toBeUndefined();
});

test("types that JSON lacks are shown by what they hold", () => {
  const stored = {
    at: { __tw__: "datetime", v: "2026-01-01T00:00:00+00:00" },
    pair: { __tw__: "tuple", v: [1, { __tw__: "decimal", v: "3.50" }] },
    took: { __tw__: "timedelta", v: [1, 5, 500_000] },
    byNumber: { __tw__: "dict", v: [[1, "one"]] },
    plot: { __tw__: "file", name: "a.png" },
  };
  expect(untagged(stored)).toEqual({
    at: "2026-01-01T00:00:00+00:00",
    pair: [1, "3.50"],
    took: "86405.5 s",
    byNumber: { "1": "one" },
    plot: { __tw__: "file", name: "a.png" },
  });
});
