// The graph of a run: names inside of groups, words on edges.
import { expect, it } from "vitest";
import type { RunView } from "./queries";
import { structureOf } from "./structure";

it("tasks have short names in their groups, and edges their words", () => {
  const task = { label: "", operator: "@task", kind: "task" as const, is_mapped: false };
  const view = {
    tasks: [
      { ...task, task_id: "a", label: "a", group_id: null, upstream: [] },
      { ...task, task_id: "g.b", label: "g.b", group_id: "g", upstream: [0] },
      { ...task, task_id: "g.c", label: "The third", group_id: "g", upstream: [0, 1] },
    ],
    groups: [{ group_id: "g", parent_id: null, label: "g", is_mapped: false }],
    edge_labels: [[0, 1, "rows"]],
  } as unknown as RunView;
  const { tasks, edges } = structureOf(view);
  expect(tasks.map((one) => one.label)).toEqual(["a", "b", "The third"]);
  expect(edges).toEqual([
    ["a", "g.b", "rows"],
    ["a", "g.c"],
    ["g.b", "g.c"],
  ]);
});
