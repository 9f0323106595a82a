// The rows of a log as they are drawn: one for each line of text; groups and what the tool itself says can be folded.
import { plainOf } from "./ansi";

/** A line as the server tells it: byte, number, timestamp, level, logger, text, further fields. */
export type LogLine = [number, number, string, string, string, string, Record<string, string>];

export interface LogRow {
  key: string;
  /** Byte at which its line begins: what a link to it names. */
  at: number;
  number: number;
  time: string;
  level: string;
  logger: string;
  text: string;
  /** Whether it continues the line above it. */
  isMore: boolean;
  depth: number;
  /** Of a row that stands for others: how many, and whether they are shown. */
  fold?: { id: string; count: number; isOpen: boolean };
}

export interface RowsWanted {
  /** Empty: all. */
  levels: ReadonlySet<string>;
  loggers: ReadonlySet<string>;
  /** Ids of folds that the reader has turned over. */
  turned: ReadonlySet<string>;
}

const OWN = /^tradewind\./;
const GROUP = /^::group::(.*)$/;
const END = /^::endgroup::/;
const TROUBLE = new Set(["warning", "error", "critical"]);
const FEW = 3;

/** What shows the lines under a filter. Groups with trouble in them are open, others are folded. */
export function rowsOf(lines: readonly LogLine[], wanted: RowsWanted): LogRow[] {
  const isFiltered = wanted.levels.size > 0 || wanted.loggers.size > 0;
  const shown = isFiltered ? lines.filter((line) => fits(line, wanted)) : lines;
  const rows: LogRow[] = [];
  for (let at = 0; at < shown.length; at += 1) {
    const line = shown[at] as LogLine;
    const opening = isFiltered ? null : GROUP.exec(plainOf(line[5]));
    if (opening) {
      const end = endOfGroup(shown, at);
      const inside = shown.slice(at + 1, end);
      const isOpen = inside.some((one) => TROUBLE.has(one[3])) !== wanted.turned.has(`g${line[0]}`);
      rows.push(foldRow(line, opening[1] || "group", { id: `g${line[0]}`, count: inside.length, isOpen }));
      if (isOpen) for (const one of inside) pushLine(rows, one, 1);
      at = END.test(shown[end]?.[5] ?? "") ? end : end - 1;
      continue;
    }
    const own = isFiltered ? 0 : ownLines(shown, at);
    if (own >= FEW) {
      const isOpen = wanted.turned.has(`o${line[0]}`);
      rows.push(foldRow(line, "Tradewind's own lines", { id: `o${line[0]}`, count: own, isOpen }));
      if (isOpen) for (const one of shown.slice(at, at + own)) pushLine(rows, one, 1);
      at += own - 1;
      continue;
    }
    if (!END.test(line[5])) pushLine(rows, line, 0);
  }
  return rows;
}

/** The loggers that lines came from, the most talkative first. */
export function loggersOf(lines: readonly LogLine[]): string[] {
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line[4], (counts.get(line[4]) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]).map(([logger]) => logger);
}

function fits(line: LogLine, wanted: RowsWanted): boolean {
  return (
    (wanted.levels.size === 0 || wanted.levels.has(line[3])) &&
    (wanted.loggers.size === 0 || wanted.loggers.has(line[4]))
  );
}

function endOfGroup(lines: readonly LogLine[], opening: number): number {
  for (let at = opening + 1; at < lines.length; at += 1) {
    const text = lines[at]?.[5] ?? "";
    if (END.test(text) || GROUP.test(text)) return at;
  }
  return lines.length;
}

function ownLines(lines: readonly LogLine[], from: number): number {
  let count = 0;
  for (let at = from; at < lines.length; at += 1) {
    const line = lines[at];
    if (!line || !OWN.test(line[4]) || TROUBLE.has(line[3])) break;
    count += 1;
  }
  return count;
}

function foldRow(line: LogLine, text: string, fold: NonNullable<LogRow["fold"]>): LogRow {
  const [at, number, time, level, logger] = line;
  return { key: fold.id, at, number, time, level, logger, text, isMore: false, depth: 0, fold };
}

function pushLine(rows: LogRow[], line: LogLine, depth: number): void {
  const [at, number, time, level, logger, event, fields] = line;
  const whole = fields.exception ? `${event}\n${fields.exception}` : event;
  const parts = whole.includes("\n") ? whole.replace(/\n+$/, "").split("\n") : [whole];
  // Two lines can stand in one line of the file: what a process left open, and what follows.
  const before = rows.at(-1)?.at === at ? "+" : "";
  parts.forEach((text, part) => {
    rows.push({ key: `${at}${before}.${part}`, at, number, time, level, logger, text, isMore: part > 0, depth });
  });
}
