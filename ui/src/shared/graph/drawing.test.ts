import { describe, expect, it } from "vitest";
import { drawingOf, foldedOf, relatedOf, type Structure, statesOf } from "./drawing";

const task = (id: string, group: string | null = null, kind: "task" | "setup" | "teardown" = "task") => ({
  id,
  label: id,
  group,
  operator: "@task",
  kind,
  is_mapped: false,
});
const structure: Structure = {
  tasks: [task("make", null, "setup"), task("g.a", "g"), task("g.h.b", "g.h"), task("end")],
  groups: [
    { id: "g", label: "g", parent: null, is_mapped: false },
    { id: "g.h", label: "h", parent: "g", is_mapped: false },
  ],
  edges: [
    ["make", "g.a"],
    ["g.a", "g.h.b", "rows"],
    ["g.h.b", "end"],
  ],
  assets: [
    { name: "raw", uri: "s3://raw", direction: "schedule", task_id: null },
    { name: "out", uri: "s3://out", direction: "outlet", task_id: "g.h.b" },
  ],
};

describe("a drawing", () => {
  it("has a box for each task and group, and lines with their labels", () => {
    const { boxes, edges } = drawingOf(structure, new Set(), false);
    expect(boxes.map((box) => `${box.kind} ${box.id}`)).toEqual([
      "group g",
      "group g.h",
      "task make",
      "task g.a",
      "task g.h.b",
      "task end",
    ]);
    expect(edges.map((edge) => edge.label)).toEqual(["", "rows", ""]);
    expect(edges.map((edge) => edge.isSetup)).toEqual([true, false, false]);
  });
  it("shows a folded group as one box, where all lines of its tasks end", () => {
    const { boxes, edges } = drawingOf(structure, new Set(["g"]), false);
    expect(boxes.map((box) => box.id)).toEqual(["g", "make", "end"]);
    expect(boxes[0]?.taskIds).toEqual(["g.a", "g.h.b"]);
    expect(edges.map((edge) => `${edge.from} ${edge.to}`)).toEqual(["make g", "g end"]);
  });
  it("puts what starts the DAG before its first tasks, and what a task makes behind it", () => {
    const { edges } = drawingOf(structure, new Set(), true);
    expect(edges.slice(3).map((edge) => `${edge.from} ${edge.to}`)).toEqual(["in:raw make", "g.h.b out:out"]);
  });
});

it("a big DAG begins with its groups folded, until the address says otherwise", () => {
  const big = { ...structure, tasks: Array.from({ length: 200 }, (_, place) => task(`g.t${place}`, "g")) };
  expect([...foldedOf(big, undefined)]).toEqual(["g"]);
  expect([...foldedOf(big, "-")]).toEqual([]);
  expect([...foldedOf(structure, undefined)]).toEqual([]);
});

it("a folded group has the state that needs a person first", () => {
  const states = { "g.a": { success: 1 }, "g.h.b": { failed: 1, success: 2 } };
  expect(statesOf(states, ["g.a", "g.h.b"])).toEqual({ counts: { success: 3, failed: 1 }, state: "failed" });
  expect(statesOf(states, ["end"])).toBeUndefined();
});

it("what is related to a task leads to it or comes from it, not what stands beside it", () => {
  const edges = ["a b", "b c", "b d", "x d", "c e"].map((pair) => {
    const [from = "", to = ""] = pair.split(" ");
    return { from, to };
  });
  expect([...relatedOf(edges, "c")].sort()).toEqual(["a", "b", "c", "e"]);
  expect([...relatedOf(edges, "d")].sort()).toEqual(["a", "b", "d", "x"]);
});
