import { expect, test } from "vitest";
import { untilLate } from "./clock";
import type { Home } from "./queries";

const home = (next: string[], queued = 0): Parameters<typeof untilLate>[0] => ({
  now: "2026-03-01T12:00:00Z",
  night: [{ next }] as unknown as Home["night"],
  counts: { queued_runs: queued } as Home["counts"],
});

test("the page is read again when the next run would be late, and not before", () => {
  expect(untilLate(home(["2026-03-01T12:10:00Z", "2026-03-01T12:05:00Z"]))).toBe(6 * 60_000 + 1500);
});

test("what is late already is on the page: nothing waits for it", () => {
  expect(untilLate(home(["2026-03-01T11:50:00Z"]))).toBeUndefined();
});

test("a queued run may come to be held up", () => {
  expect(untilLate(home([], 1))).toBe(5 * 60_000 + 1500);
});
