import { expect, test } from "vitest";
import { boundsOf, runsSearch } from "./search";

test("an address keeps what can be understood of it", () => {
  expect(
    runsSearch({ dag: "etl", states: "failed", types: ["manual", "odd"], since: "24h", sort: "-duration" }),
  ).toEqual({
    dag: "etl",
    states: ["failed"],
    types: ["manual"],
    since: "24h",
    sort: "-duration",
  });
});

test("a span that reaches to now takes the place of fixed dates", () => {
  expect(runsSearch({ since: "1h", after: "2026-01-01T00:00" })).toEqual({ since: "1h" });
  expect(runsSearch({ after: "2026-01-01T00:00", before: "soon" })).toEqual({ after: "2026-01-01T00:00" });
});

test("the bounds of a span move with the clock", () => {
  const now = Date.parse("2026-01-02T00:00:00Z");
  expect(boundsOf({ since: "24h" }, now)).toEqual({ after: "2026-01-01T00:00:00.000Z" });
  expect(boundsOf({}, now)).toEqual({});
});
