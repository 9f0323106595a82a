import { expect, it } from "vitest";
import { dayOf, daysOf, weeksOf } from "./calendar";

it("an hour belongs to the day that it has in the viewer's zone", () => {
  const days = daysOf(
    [
      ["2026-03-01T23", "success", 2],
      ["2026-03-02T05", "failed", 1],
    ],
    "Europe/Berlin",
  );
  expect([...days]).toEqual([["2026-03-02", { success: 2, failed: 1 }]]);
  expect(dayOf(Date.parse("2026-03-01T23:00:00Z"), "UTC")).toBe("2026-03-01");
});

it("weeks begin on Monday and are seven days long", () => {
  const weeks = weeksOf(2026, 1);
  expect(weeks[0]?.indexOf("2026-02-01")).toBe(6);
  expect(weeks.every((week) => week.length === 7)).toBe(true);
  expect(weeks.flat().filter(Boolean)).toHaveLength(28);
});
