// Runs counted by hour in UTC, put into the days of the viewer's zone, and the days into the weeks of a year.
import { zone } from "@/shared/format/time";

/** State -> how many runs. */
export type Day = Record<string, number>;

const formats = new Map<string, Intl.DateTimeFormat>();

/** The day of a moment in a zone, as 2026-11-22. */
export function dayOf(moment: number, timeZone = zone()): string {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat("sv-SE", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" });
    formats.set(timeZone, format);
  }
  return format.format(moment);
}

/** Days with runs. `hours` are as the server counts them: `2026-11-22T14`, state, how many. */
export function daysOf(hours: readonly (readonly (string | number)[])[], timeZone = zone()): Map<string, Day> {
  const days = new Map<string, Day>();
  for (const [hour, state, count] of hours) {
    const name = dayOf(Date.parse(`${hour}:00:00Z`), timeZone);
    const day = days.get(name) ?? {};
    day[String(state)] = (day[String(state)] ?? 0) + Number(count);
    days.set(name, day);
  }
  return days;
}

/** The days of a month in rows of weeks that begin on Monday; empty places are undefined. */
export function weeksOf(year: number, month: number): (string | undefined)[][] {
  const length = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const lead = (new Date(Date.UTC(year, month, 1)).getUTCDay() + 6) % 7;
  const two = (value: number): string => String(value).padStart(2, "0");
  const cells: (string | undefined)[] = [
    ...Array.from({ length: lead }, () => undefined),
    ...Array.from({ length }, (_, day) => `${year}-${two(month + 1)}-${two(day + 1)}`),
  ];
  while (cells.length % 7 !== 0) cells.push(undefined);
  return Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(week * 7, week * 7 + 7));
}
