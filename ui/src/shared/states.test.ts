import { describe, expect, it } from "vitest";
import { lookOf, worstOf } from "./states";

describe("states", () => {
  it("differ in more than colour", () => {
    expect(lookOf("failed").shape).not.toBe(lookOf("success").shape);
    expect(lookOf("skipped").shape).not.toBe(lookOf("upstream_failed").shape);
  });
  it("that nobody knows keep their name", () => {
    expect(lookOf("invented").word).toBe("invented");
  });
  it("of several are told by the one that says most", () => {
    expect(worstOf({ success: 998, running: 1, failed: 1 })).toBe("failed");
    expect(worstOf({ success: 3, skipped: 1 })).toBe("success");
    expect(worstOf({ none: 4, success: 2 })).toBeNull();
    expect(worstOf({})).toBeNull();
  });
});
