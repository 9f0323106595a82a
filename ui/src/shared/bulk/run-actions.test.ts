import { expect, test } from "vitest";
import { failuresOf, RUN_ACTIONS, runThing } from "./run-actions";

const part = ["a", "b", "c"].map((runId) => runThing("shop", runId, "success", true));

test("the runs that a bulk answer does not name as done have its reasons, in their order", () => {
  const errors = [
    { error: "it is running", status_code: 409 },
    { error: "no such run", status_code: 404 },
  ];
  expect(failuresOf(part, { success: ["b"], errors })).toEqual([
    { name: "shop · a", reason: "it is running", isGone: false },
    { name: "shop · c", reason: "no such run", isGone: true },
  ]);
  expect(failuresOf(part, { success: ["a", "b", "c"], errors: [] })).toEqual([]);
});

test("what has a state already is not marked so again, and what runs is not deleted", () => {
  const obstacles = (state: string) =>
    RUN_ACTIONS.filter((action) => action.obstacle?.(runThing("shop", "a", state, false)) !== undefined).map(
      (action) => action.id,
    );
  expect(obstacles("success")).toEqual(["success"]);
  expect(obstacles("failed")).toEqual(["failed"]);
  expect(obstacles("running")).toEqual(["delete"]);
  expect(obstacles("queued")).toEqual([]);
});
