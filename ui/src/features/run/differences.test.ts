// What differs between two runs.
import { expect, it } from "vitest";
import { confDifferences, differencesOf, lengthOf } from "./differences";
import type { RunView } from "./queries";

type Shown = Pick<RunView, "run" | "tasks">;

/** A run whose tasks began and ended so many seconds after it did. */
function run(start: string, tasks: Record<string, [number, number | null, string?]>): Shown {
  const at = (seconds: number): string => new Date(Date.parse(start) + seconds * 1000).toISOString();
  return {
    run: { start_date: start },
    tasks: Object.entries(tasks).map(([task_id, [from, to, state = "success"]]) => ({
      task_id,
      counts: { [state]: 1 },
      start_date: at(from),
      end_date: to === null ? null : at(to),
      try_number: 1,
    })),
  } as unknown as Shown;
}

const monday = run("2026-01-05T00:00:00Z", { a: [0, 10], b: [10, 12], c: [12, 20, "failed"], gone: [1, 2] });
const tuesday = run("2026-01-06T00:00:00Z", { a: [0, 4], b: [4, 7], c: [7, 8], fresh: [1, 3] });

it("what ended otherwise comes first, then what took longer or shorter", () => {
  expect(differencesOf(monday, tuesday).map((one) => [one.taskId, one.isOther, one.change])).toEqual([
    ["c", true, 7],
    ["gone", true, null],
    ["fresh", true, null],
    ["a", false, 6],
    ["b", false, -1],
  ]);
});

it("each task lies on an axis that begins with its run", () => {
  const b = differencesOf(monday, tuesday).find((one) => one.taskId === "b");
  expect([b?.mine?.from, b?.mine?.to, b?.other?.from, b?.other?.to]).toEqual([10, 12, 4, 7]);
  expect(lengthOf(differencesOf(monday, tuesday))).toBe(20);
});

it("what goes on has taken no time yet that could be compared", () => {
  const one = differencesOf(run("2026-01-05T00:00:00Z", { a: [0, null, "running"] }), tuesday)[0];
  expect([one?.taskId, one?.change, one?.isOther]).toEqual(["a", null, true]);
});

it("of two confs only what differs is told", () => {
  expect(
    confDifferences({ day: 1, city: "Oslo", deep: { a: [1] } }, { day: 2, city: "Oslo", deep: { a: [1] } }),
  ).toEqual([{ name: "day", mine: "1", other: "2" }]);
  expect(confDifferences(null, { day: 2 })).toEqual([{ name: "day", mine: undefined, other: "2" }]);
});
