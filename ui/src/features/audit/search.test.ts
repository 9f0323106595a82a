import { expect, test } from "vitest";
import { auditSearch, conditionsOf, exportUrl } from "./search";

test("an address keeps what it understands and drops the rest", () => {
  expect(auditSearch({ who: "ann", event: 7, after: "yesterday-ish", entry: "12", colour: "red" })).toEqual({
    who: "ann",
    event: "7",
    entry: 12,
  });
});

test("the API is asked in its own words, in UTC, and not for what is open", () => {
  const local = "2026-11-22T14:00";
  expect(conditionsOf({ who: "ann", dag: "shop", after: local, entry: 3 })).toEqual({
    owner: "ann",
    dag_id: "shop",
    after: new Date(local).toISOString(),
  });
});

test("the file has the entries that the list has", () => {
  expect(exportUrl("/w/team", { who: "ann & bob" }, "csv")).toBe(
    "/w/team/auth/audit/export?format=csv&owner=ann+%26+bob",
  );
});
