import { describe, expect, it } from "vitest";
import { absolute, between, duration, relative, short } from "./time";

describe("duration", () => {
  it.each([
    [0, "0 ms"],
    [0.0042, "4 ms"],
    [0.42, "0.42 s"],
    [1.25, "1.3 s"],
    [9.96, "10 s"],
    [59.4, "59 s"],
    [59.6, "1 min 00 s"],
    [184, "3 min 04 s"],
    [7500, "2 h 05 min"],
    [3599.7, "1 h 00 min"],
    [273_600, "3 d 4 h"],
  ])("of %d s is %s", (seconds, words) => {
    expect(duration(seconds)).toBe(words);
  });
  it("that nobody knows is a dash", () => {
    expect(duration(null)).toBe("–");
  });
});

describe("moments", () => {
  const now = Date.parse("2026-11-22T12:00:00Z");
  it("are told from now", () => {
    expect(relative("2026-11-22T11:56:00Z", now)).toBe("4 min ago");
    expect(relative("2026-11-22T14:00:00Z", now)).toBe("in 2 h");
    expect(relative("2026-11-22T11:59:58Z", now)).toBe("just now");
  });
  it("are shown in a zone", () => {
    expect(absolute("2026-11-22T23:30:00Z", "Europe/Berlin")).toBe("2026-11-23 00:30:00");
    expect(short("2026-11-22T11:05:00Z", "UTC", now)).toBe("11:05");
    expect(short("2026-11-21T23:30:00Z", "Europe/Berlin", now)).toBe("00:30");
    expect(short("2026-11-20T11:05:00Z", "UTC", now)).toBe("20 Nov 11:05");
  });
  it("lie apart by seconds, up to now where the second has not come", () => {
    expect(between("2026-11-22T11:00:00Z", "2026-11-22T11:00:30Z")).toBe(30);
    expect(between("2026-11-22T11:59:00Z", null, now)).toBe(60);
    expect(between(null, null)).toBeNull();
  });
});
