// Rows of a run: groups around their tasks, bars for their tries.
import { expect, test } from "vitest";
import type { RunTask, RunView } from "./queries";
import { rowsOf, spanOf } from "./rows";

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

const view = {
  tasks: [
    task("a"),
    task("g.b", { group_id: "g" }),
    task("c"),
    task("g.h.d", { group_id: "g.h", counts: { failed: 2 } }),
  ],
  groups: [
    { group_id: "g", parent_id: null, label: "g", is_mapped: false },
    { group_id: "g.h", parent_id: "g", label: "g.h", is_mapped: false },
  ],
};

test("a group stands where its first task does, and all of its tasks follow it", () => {
  const rows = rowsOf(view, new Set());
  expect(rows.map((row) => `${"  ".repeat(row.depth)}${row.label}`)).toEqual(["a", "g", "  b", "  h", "    d", "c"]);
});

test("a folded group counts for its tasks", () => {
  const rows = rowsOf(view, new Set(["g"]));
  expect(rows.map((row) => row.label)).toEqual(["a", "g", "c"]);
  expect(rows[1]?.counts).toEqual({ success: 1, failed: 2 });
});

test("each try is a bar, the last one in the state of the task", () => {
  const tried = task("x", {
    counts: { running: 1 },
    tries: [
      [1, "2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z", "2026-01-01T00:00:02Z", "failed"],
      [2, "2026-01-01T00:00:05Z", "2026-01-01T00:00:06Z", null, null],
    ],
  });
  const bars = rowsOf({ tasks: [tried], groups: [] }, new Set())[0]?.bars;
  expect(bars?.map((bar) => [bar.tryNumber, bar.state, bar.endedAt === null])).toEqual([
    [1, "failed", false],
    [2, "running", true],
  ]);
});

test("the axis of a run that has ended ends with it, not now", () => {
  const run = { start_date: "2026-01-01T00:00:00Z", queued_at: null, end_date: "2026-01-01T00:01:00Z" };
  const span = spanOf({ run, tasks: [] } as unknown as RunView, Date.parse("2026-02-01T00:00:00Z"));
  expect((span.to - span.from) / 1000).toBe(60);
});
