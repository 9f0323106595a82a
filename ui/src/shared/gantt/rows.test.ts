// Rows of a run: groups around their tasks, segments for their tries.
import { expect, it } from "vitest";
import { ganttRows, predictedEnd, type RunTask } from "./rows";

function task(task_id: string, more: Partial<RunTask> = {}): RunTask {
  return {
    task_id,
    label: task_id,
    group_id: null,
    operator: "@task",
    kind: "task",
    is_mapped: false,
    counts: { success: 1 },
    try_number: 1,
    queued_at: null,
    start_date: null,
    end_date: null,
    upstream: [],
    tries: [],
    is_critical: false,
    has_note: false,
    ...more,
  };
}

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
const view = {
  tasks: [
    task("a"),
    task("g.b", { group_id: "g", upstream: [0], is_critical: true, start_date: at(1), end_date: at(4) }),
    task("c", { upstream: [1, 3] }),
    task("g.h.d", { group_id: "g.h", counts: { failed: 2 }, upstream: [1], start_date: at(2), end_date: at(9) }),
  ],
  groups: [
    { group_id: "g", parent_id: null, label: "g", is_mapped: false },
    { group_id: "g.h", parent_id: "g", label: "g.h", is_mapped: false },
  ],
};

it("a group stands where its first task does, and all of its tasks follow it", () => {
  const rows = ganttRows(view, new Set());
  expect(rows.map((row) => `${"  ".repeat(row.depth)}${row.label}`)).toEqual(["a", "g", "  b", "  h", "    d", "c"]);
});

it("a folded group counts and works for its tasks, and waits for what they wait for", () => {
  const rows = ganttRows(view, new Set(["g"]));
  expect(rows.map((row) => row.label)).toEqual(["a", "g", "c"]);
  expect(rows[1]).toMatchObject({
    counts: { success: 1, failed: 2 },
    state: "failed",
    isCritical: true,
    upstream: ["a"],
    segments: [{ startedAt: Date.parse(at(1)), endedAt: Date.parse(at(9)) }],
  });
  expect(rows[2]?.upstream).toEqual(["g"]);
});

it("tasks of a group that is not folded are waited for one by one", () => {
  const rows = ganttRows(view, new Set());
  expect(rows.find((row) => row.key === "c")?.upstream).toEqual(["g.b", "g.h.d"]);
  expect(rows.find((row) => row.key === "g")?.upstream).toEqual([]);
});

it("each try is a segment, the last one in the state of the task", () => {
  const tried = task("x", {
    counts: { running: 1 },
    tries: [
      [1, at(0), at(1), at(2), "failed"],
      [2, at(5), at(6), null, null],
    ],
  });
  const segments = ganttRows({ tasks: [tried], groups: [] }, new Set())[0]?.segments;
  expect(segments?.map((one) => [one.tryNumber, one.state, one.endedAt === null])).toEqual([
    [1, "failed", false],
    [2, "running", true],
  ]);
});

it.each(["none", "queued", "upstream_failed"])("the last try of a cleared task that is %s ended as it did", (state) => {
  const cleared = task("x", { counts: { [state]: 1 }, tries: [[1, at(0), at(1), at(2), "success"]] });
  const row = ganttRows({ tasks: [cleared], groups: [] }, new Set())[0];
  expect(row?.segments.map((one) => one.state)).toEqual(["success"]);
  expect(row?.counts).toEqual({ [state]: 1 });
});

it("the instances of a mapped task are one segment together", () => {
  const mapped = task("m", {
    is_mapped: true,
    counts: { success: 3 },
    queued_at: at(1),
    start_date: at(2),
    end_date: at(5),
  });
  expect(ganttRows({ tasks: [mapped], groups: [] }, new Set())[0]?.segments).toEqual([
    {
      tryNumber: 0,
      queuedAt: Date.parse(at(1)),
      startedAt: Date.parse(at(2)),
      endedAt: Date.parse(at(5)),
      state: "success",
    },
  ]);
});

it("only of a run that goes on an end is predicted", () => {
  const run = { start_date: at(0), end_date: null };
  expect(predictedEnd({ run, usual_duration: 20 })).toBe(Date.parse(at(20)));
  expect(predictedEnd({ run: { ...run, end_date: at(3) }, usual_duration: 20 })).toBeUndefined();
  expect(predictedEnd({ run, usual_duration: null })).toBeUndefined();
});
