// Logs as rows, and escape sequences as colours.
import { expect, test } from "vitest";
import { hasEscapes, plainOf, styledOf } from "./ansi";
import { type LogLine, rowsOf } from "./rows";

const ALL = { levels: new Set<string>(), loggers: new Set<string>(), turned: new Set<string>() };

function line(at: number, text: string, level = "info", logger = "task.stdout", fields = {}): LogLine {
  return [at, at + 1, "2026-01-01T00:00:00Z", level, logger, text, fields];
}

const texts = (lines: LogLine[], wanted = ALL): string[] => rowsOf(lines, wanted).map((row) => row.text);

test("a group is folded until it is turned over, and says how much it hides", () => {
  const lines = [line(0, "::group::Set-up"), line(1, "a"), line(2, "b"), line(3, "::endgroup::"), line(4, "after")];
  expect(texts(lines)).toEqual(["Set-up", "after"]);
  expect(rowsOf(lines, ALL)[0]?.fold?.count).toBe(2);
  expect(texts(lines, { ...ALL, turned: new Set(["g0"]) })).toEqual(["Set-up", "a", "b", "after"]);
});

test("a group with an error in it is open", () => {
  expect(texts([line(0, "::group::Load"), line(1, "boom", "error")])).toEqual(["Load", "boom"]);
});

test("many lines of the tool itself in a row are one, its warnings are not among them", () => {
  const own = [0, 1, 2, 3].map((at) => line(at, `own ${at}`, "info", "tradewind.worker"));
  expect(texts([...own, line(4, "careful", "warning", "tradewind.worker")])).toEqual([
    "Tradewind's own lines",
    "careful",
  ]);
});

test("a filter shows only its levels, whatever group they are in", () => {
  const lines = [line(0, "::group::Load"), line(1, "fine"), line(2, "boom", "error")];
  expect(texts(lines, { ...ALL, levels: new Set(["error"]) })).toEqual(["boom"]);
});

test("a traceback is a row for each of its lines, under the line it belongs to", () => {
  const rows = rowsOf([line(0, "failed", "error", "x", { exception: "Traceback\n  File\nE: no" })], ALL);
  expect(rows.map((row) => [row.text, row.isMore])).toEqual([
    ["failed", false],
    ["Traceback", true],
    ["  File", true],
    ["E: no", true],
  ]);
  expect(new Set(rows.map((row) => row.key)).size).toBe(4);
});

test("escape sequences become colours, others vanish", () => {
  expect(styledOf("\u001b[1;31mbad\u001b[0m ok\u001b[2K")).toEqual([
    { text: "bad", isBold: true, fg: "red" },
    { text: " ok" },
  ]);
  expect(plainOf("\u001b[38;5;9mx\u001b[39my")).toBe("xy");
  expect(styledOf("\u001b[38;5;9mx")[0]?.fg).toBe("bright-red");
  expect(hasEscapes("plain")).toBe(false);
});
