import { describe, expect, it } from "vitest";
import { timeOf } from "./time";
import { marksIn, moved, partOf, sinceBeginning, textOf, zoomed } from "./zoom";

const WHOLE = { from: 1_000_000, to: 1_100_000 };
const part = (from: number, to: number) => ({ from: WHOLE.from + from, to: WHOLE.from + to });

describe("the part of the time that is shown", () => {
  it("is told in seconds from the beginning, and read again", () => {
    expect(textOf(WHOLE, part(1500, 4000))).toBe("1.5-4");
    expect(partOf(WHOLE, "1.5-4")).toEqual(part(1500, 4000));
    expect(textOf(WHOLE, WHOLE)).toBeUndefined();
  });
  it("is the whole where the text means nothing, or nothing of this run", () => {
    for (const text of [undefined, "", "4", "a-b", "4-4", "5-2", "200-300"]) expect(partOf(WHOLE, text)).toBe(WHOLE);
    expect(partOf(WHOLE, "90-300")).toEqual(part(90_000, 100_000));
    expect([timeOf("1-2"), timeOf("x"), timeOf(3)]).toEqual(["1-2", undefined, undefined]);
  });
  it("becomes shorter around a moment, which stays where it is", () => {
    expect(zoomed(WHOLE, WHOLE, 0.5)).toEqual(part(25_000, 75_000));
    expect(zoomed(WHOLE, WHOLE, 0.5, WHOLE.from)).toEqual(part(0, 50_000));
    const near = zoomed(WHOLE, part(20_000, 60_000), 0.5, WHOLE.from + 30_000);
    expect(near).toEqual(part(25_000, 45_000));
  });
  it("is never longer than the whole, nor without length, and stays inside", () => {
    expect(zoomed(WHOLE, part(90_000, 100_000), 4)).toEqual(part(60_000, 100_000));
    expect(zoomed(WHOLE, part(0, 50_000), 9)).toEqual(WHOLE);
    const short = zoomed(WHOLE, part(0, 20), 0.0001);
    expect(short.to - short.from).toBe(10);
  });
  it("moves as far as the whole goes", () => {
    expect(moved(WHOLE, part(10_000, 20_000), 5000)).toEqual(part(15_000, 25_000));
    expect(moved(WHOLE, part(10_000, 20_000), -50_000)).toEqual(part(0, 10_000));
    expect(moved(WHOLE, part(10_000, 20_000), 500_000)).toEqual(part(90_000, 100_000));
  });
});

describe("its marks", () => {
  it("stand at round distances from the beginning of the whole, not of the part", () => {
    expect(marksIn(WHOLE, part(11_000, 19_500), 300).map((one) => one.words)).toEqual(["15 s"]);
    expect(marksIn(WHOLE, part(11_000, 19_500), 520).map((one) => one.words)).toEqual(["12 s", "14 s", "16 s", "18 s"]);
    expect(marksIn(WHOLE, part(61_200, 61_600), 520).map((one) => one.words)).toEqual([
      "1:01.2",
      "1:01.3",
      "1:01.4",
      "1:01.5",
      "1:01.6",
    ]);
  });
  it("are as exact as they are near each other", () => {
    expect(sinceBeginning(0, 10)).toBe("0");
    expect(sinceBeginning(12_350, 50)).toBe("12.35 s");
    expect(sinceBeginning(245_000, 5000)).toBe("4:05");
    expect(sinceBeginning(3_845_200, 200)).toBe("1:04:05.2");
    expect(sinceBeginning(60_000, 1000)).toBe("1:00");
    expect(sinceBeginning(5, 1)).toBe("0.005 s");
  });
});
