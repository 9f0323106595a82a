import { describe, expect, it } from "vitest";
import { diff, shortened } from "./diff";
import { tokens } from "./highlight";

const marks = (older: string, newer: string): string =>
  diff(older, newer)
    .map((line) => `${{ same: " ", added: "+", removed: "-", gap: "~" }[line.kind]}${line.text}`)
    .join("|");

describe("a diff", () => {
  it("keeps lines that both have", () => {
    expect(marks("a\nb\nc", "a\nx\nc")).toBe(" a|-b|+x| c");
    expect(marks("a\nb", "a\nb")).toBe(" a| b");
    expect(marks("a\nb\nc", "c\na\nb")).toBe("+c| a| b|-c");
  });
  it("numbers the lines of both texts", () => {
    expect(diff("a\nb", "x\na\nb").at(-1)).toEqual({ kind: "same", text: "b", before: 2, after: 3 });
  });
  it("is shown without what did not change", () => {
    const text = Array.from({ length: 30 }, (_, place) => `line ${place}`);
    const lines = shortened(diff(text.join("\n"), text.with(15, "new").join("\n")));
    expect(lines[0]).toEqual({ kind: "gap", text: "12 lines that are the same" });
    expect(lines.filter((line) => line.kind === "same")).toHaveLength(6);
  });
  it("of two texts that have nothing in common ends", () => {
    const big = (word: string): string => Array.from({ length: 3000 }, (_, place) => word + place).join("\n");
    expect(diff(big("a"), big("b"))).toHaveLength(6000);
  });
});

describe("Python in colours", () => {
  const kinds = (line: string): string[] => tokens(line).map(([kind, text]) => `${kind}:${text}`);
  it("tells words, texts, numbers and comments apart", () => {
    expect(kinds('x = "a" # no')).toEqual([":x = ", 'text:"a"', ": ", "comment:# no"]);
    expect(kinds("def f(n=10): pass")).toEqual(["word:def", ": ", "name:f", ":(n=", "number:10", ":): ", "word:pass"]);
    expect(kinds("@task")).toEqual(["name:@task"]);
  });
  it("loses nothing", () => {
    const [all] = tokens("it's \"half");
    expect(all).toBeDefined();
    expect(
      tokens("it's \"half")
        .map(([, text]) => text)
        .join(""),
    ).toBe("it's \"half");
  });
});
