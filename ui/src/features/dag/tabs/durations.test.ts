import { expect, it } from "vitest";
import { runLines, summaries } from "./durations";

it("a task's last run is compared with the middle one", () => {
  const [row] = summaries({ load: [1, 2, null, 3, 4] });
  expect(row).toMatchObject({ task: "load", median: 2, last: 4, longest: 4, change: 1 });
});

it("of a task that ran twice no trend is told", () => {
  expect(summaries({ load: [1, 5] })[0]?.change).toBeNull();
});

it("runs are dots in the colour of their state", () => {
  const run = {
    run_id: "a",
    run_type: "manual" as const,
    run_after: "2026-01-01T00:00:00Z",
    logical_date: null,
    queued_at: "2026-01-01T00:00:00Z",
    start_date: "2026-01-01T00:00:02Z",
    end_date: "2026-01-01T00:00:05Z",
    version_number: 1,
    has_note: false,
  };
  const lines = runLines([
    { ...run, state: "success", duration: 3 },
    { ...run, state: "failed", duration: 1 },
  ]);
  expect(lines.map((line) => [line.label, ...line.values])).toEqual([
    ["waited", 2, 2],
    ["success", 3, null],
    ["failed", null, 1],
  ]);
});
