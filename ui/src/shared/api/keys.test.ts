import { describe, expect, it } from "vitest";
import { affectedBy, keys } from "./keys";

const time = "2026-11-22T12:00:00Z";

describe("a change", () => {
  it("of a task instance makes its run and the live views of its DAG stale, and the list of DAGs not", () => {
    const change = {
      type: "task_instance",
      time,
      dag_id: "etl",
      dag_run_id: "r1",
      task_id: "load",
      map_index: -1,
      try_number: 1,
      old_state: "queued",
      new_state: "running",
    } as const;
    const stale = affectedBy(change);
    expect(stale).toContainEqual(keys.run("etl", "r1"));
    expect(stale).toContainEqual(keys.dag("etl", "live"));
    expect(stale).not.toContainEqual(keys.dags());
    expect(stale).not.toContainEqual(keys.home);
  });
  it("that asks a person for an answer reaches Home", () => {
    const change = {
      type: "task_instance",
      time,
      dag_id: "etl",
      dag_run_id: "r1",
      task_id: "ok",
      map_index: -1,
      try_number: 1,
      old_state: "running",
      new_state: "awaiting_input",
    } as const;
    expect(affectedBy(change)).toContainEqual(keys.home);
  });
  it("after which everything must be read again makes everything stale", () => {
    expect(affectedBy({ type: "reset", reason: "too slow" })).toEqual([[]]);
  });
});
