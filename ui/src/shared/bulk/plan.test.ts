import { expect, test } from "vitest";
import { partsOf, planOf } from "./plan";

const named = (...names: string[]) => names.map((name) => ({ name, dagId: name.split("/")[0] ?? "" }));
const EDITOR = { grants: [{ grant: "edit:dag_run:sales_*" }], scopes: null } as never;

test("what the visitor may not do, and what would change nothing, is left out with the reason", () => {
  const chosen = named("sales_a/1", "sales_a/2", "hr/1");
  const obstacle = (thing: { name: string }) => (thing.name === "sales_a/2" ? "is failed already" : undefined);
  const plan = planOf({ needs: "edit:dag_run", obstacle }, chosen, EDITOR);
  expect(plan.meant.map((one) => one.name)).toEqual(["sales_a/1"]);
  expect([...plan.left].map(([reason, things]) => [reason.slice(0, 40), things.map((one) => one.name)])).toEqual([
    ["is failed already", ["sales_a/2"]],
    ["You need the permission edit:dag_run:hr.", ["hr/1"]],
  ]);
});

test("a thing that stands in the list twice is meant once", () => {
  expect(planOf({ needs: "edit:dag_run" }, named("sales_a/1", "sales_a/1"), EDITOR).meant).toHaveLength(1);
});

test("a request is about one DAG and no more things than it may be", () => {
  const parts = partsOf(named("a/1", "b/1", "a/2", "a/3"), 2);
  expect(parts.map((part) => part.map((one) => one.name))).toEqual([["a/1", "a/2"], ["a/3"], ["b/1"]]);
  expect(partsOf([], 2)).toEqual([]);
});
