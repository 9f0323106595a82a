import { expect, test } from "vitest";
import { fits, refusalOf } from "./may";

const holds = (...grants: string[]) => ({ grants: grants.map((grant) => ({ grant, role: "R" })), scopes: null });

test("a star in a pattern stands for anything, and nothing else is special", () => {
  expect(fits("sales_daily", "sales_*")).toBe(true);
  expect(fits("sales.daily", "sales?daily")).toBe(false);
  expect(fits("a[1]", "a[1]")).toBe(true);
  expect(fits("team:x", "team:*")).toBe(true);
});

test("who holds everything may do everything", () => {
  expect(refusalOf(holds("*:*"), "delete:user", "ann")).toBeUndefined();
});

test("a grant for some names allows those, and the list of them", () => {
  const me = holds("edit:dag:sales_*");
  expect(refusalOf(me, "edit:dag", "sales_daily")).toBeUndefined();
  expect(refusalOf(me, "edit:dag")).toBeUndefined();
  expect(refusalOf(me, "edit:dag", "wages")).toContain("edit:dag:wages");
});

test("what is missing is named", () => {
  expect(refusalOf(holds("read:pool"), "create:pool")).toContain("create:pool");
});

test("the scopes of a token bound what the roles allow", () => {
  const me = { ...holds("*:*"), scopes: ["read:dag"] };
  expect(refusalOf(me, "read:dag")).toBeUndefined();
  expect(refusalOf(me, "edit:dag")).toBeDefined();
});

test("nothing is refused before it is known who one is", () => {
  expect(refusalOf(undefined, "delete:user")).toBeUndefined();
});
