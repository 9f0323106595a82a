import { QueryObserver } from "@tanstack/react-query";
import { expect, test, vi } from "vitest";
import { queryClient } from "@/queries";
import { keys } from "@/shared/api/keys";
import { after, failuresOf, RUN_ACTIONS, runThing } from "./run-actions";

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

test("however many runs were changed, each list that is shown is asked for once", async () => {
  const asked = { runs: 0, dag: 0, run: 0 };
  const shown = [
    new QueryObserver(queryClient, { queryKey: keys.runs("a list"), queryFn: () => ++asked.runs }),
    new QueryObserver(queryClient, { queryKey: keys.dag("shop", "live", "a tab"), queryFn: () => ++asked.dag }),
    new QueryObserver(queryClient, { queryKey: keys.run("shop", "r7"), queryFn: () => ++asked.run }),
  ];
  const ends = shown.map((one) => one.subscribe(() => undefined));
  await vi.waitFor(() => expect(asked).toEqual({ runs: 1, dag: 1, run: 1 }));
  await vi.waitFor(() => expect(queryClient.isFetching()).toBe(0));
  after(Array.from({ length: 50 }, (_, place) => runThing("shop", `r${place}`, "success", true)));
  await vi.waitFor(() => expect(queryClient.isFetching()).toBe(0));
  expect(asked).toEqual({ runs: 2, dag: 2, run: 2 });
  for (const end of ends) end();
});
