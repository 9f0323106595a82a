import { describe, expect, it } from "vitest";
import type { Change } from "@/shared/api/live";
import type { Grid, RunBar } from "../queries";
import { dayMarks } from "./Head";
import { countsOf, merged, rowsOf } from "./model";

const run = (run_id: string): RunBar => ({
  run_id,
  state: "running",
  run_type: "manual",
  run_after: "2026-11-22T10:00:00Z",
  logical_date: null,
  queued_at: null,
  start_date: null,
  end_date: null,
  duration: null,
  version_number: 1,
  has_note: false,
});
const task = (id: string, group: string | null = null) => ({
  id,
  label: id,
  group,
  operator: "",
  is_mapped: false,
  is_gone: false,
});
const group = (id: string, parent: string | null = null) => ({ id, label: id, parent, is_mapped: false });

/** Letters: a none, b success, c failed. */
const grid: Grid = {
  runs: [run("one"), run("two")],
  tasks: [task("first"), task("in", "g"), task("deep", "g.h"), task("last"), task("late", "g")],
  groups: [group("g"), group("g.h", "g")],
  states: ["none", "success", "failed"],
  cells: ["bbcba", "*b.bb"],
  mapped: [{}, { "0": { success: 2, failed: 1 } }],
  tries: [{ "2": 3 }, {}],
  has_older: false,
};

const changed = (task_id: string, new_state: string, old_state: string | null = null, map_index = -1): Change => ({
  type: "task_instance",
  time: "2026-11-22T10:00:01Z",
  dag_id: "d",
  dag_run_id: "two",
  task_id,
  map_index,
  try_number: 1,
  old_state,
  new_state,
});

describe("rows of the grid", () => {
  it("keep the tasks of a group together, where its first one is", () => {
    expect(rowsOf(grid, new Set()).map((row) => `${row.depth} ${row.id}`)).toEqual([
      "0 first",
      "0 g",
      "1 in",
      "1 g.h",
      "2 deep",
      "1 late",
      "0 last",
    ]);
  });
  it("hide what a folded group holds, groups in it too", () => {
    expect(rowsOf(grid, new Set(["g"])).map((row) => row.id)).toEqual(["first", "g", "last"]);
  });
  it("show for a group what needs a person first", () => {
    const row = rowsOf(grid, new Set(["g"]))[1];
    expect(row?.cells).toBe("cb");
    expect(row && countsOf(grid, 0, row.places)).toEqual({ success: 1, failed: 1, none: 1 });
  });
  it("mark tries, and of mapped tasks how many are in the state shown", () => {
    const rows = rowsOf(grid, new Set());
    expect(rows[0]?.cells).toBe("bc");
    expect(rows[0]?.marks).toEqual({ 1: "1" });
    expect(rows[4]?.marks).toEqual({ 0: "·3" });
  });
});

describe("a change", () => {
  it("is drawn without the server", () => {
    expect(merged(grid, changed("last", "failed"))?.cells[1]).toBe("*b.cb");
  });
  it("of a mapped instance moves it from one count to another", () => {
    const now = merged(grid, changed("first", "success", "failed", 2));
    expect(now?.mapped[1]).toEqual({ "0": { success: 3 } });
  });
  it("of a run that is not here has the server asked", () => {
    expect(merged(grid, { ...changed("last", "failed"), dag_run_id: "three" } as Change)).toBeUndefined();
  });
  it("of something else leaves the grid alone", () => {
    const event = { type: "import_error", time: "" } as unknown as Change;
    expect(merged(grid, event)).toBe(grid);
  });
});

it("days are written where they begin, as far apart as their names are long", () => {
  const days = ["01", "01", "02", "03", "04", "05", "06"].map((day) => ({
    ...run(`r${day}`),
    run_after: new Date(2026, 1, Number(day), 12).toISOString(), // wherever this runs
  }));
  expect([...dayMarks(days)]).toEqual([
    [0, "1 Feb"],
    [3, "3 Feb"],
  ]);
});
