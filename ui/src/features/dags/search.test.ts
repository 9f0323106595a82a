import { expect, test } from "vitest";
import { dagsSearch } from "./search";

test("an address keeps what can be understood of it, and leaves the rest out", () => {
  expect(dagsSearch({ search: "etl", tags: ["a", 7], state: "failed", sort: "-last", show: "everything" })).toEqual({
    search: "etl",
    tags: ["a", "7"],
    state: "failed",
    sort: "-last",
  });
});

test("one tag need not be a list, and a number is a name to search for too", () => {
  expect(dagsSearch({ tags: "daily", search: 2026 })).toEqual({ tags: ["daily"], search: "2026" });
});

test("an address without anything has no filters", () => {
  expect(dagsSearch({})).toEqual({});
});
