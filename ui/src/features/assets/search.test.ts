import { expect, test } from "vitest";
import { assetsSearch } from "./search";

test("the list is the view that an address need not name", () => {
  expect(assetsSearch({ tab: "list", search: 12, sort: "size" })).toEqual({ search: "12" });
  expect(assetsSearch({ tab: "graph", sort: "-name" })).toEqual({ tab: "graph", sort: "-name" });
});
