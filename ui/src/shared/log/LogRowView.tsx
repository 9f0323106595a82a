// One row of a log: number, time, level, text with its colours and what was searched for.
import { useState } from "react";
import { many } from "@/shared/format/numbers";
import { styledOf } from "./ansi";
import { cutOf } from "./cut";
import classes from "./LogView.module.css";
import type { LogRow } from "./rows";

const LEVELS: Record<string, string> = { warning: "WARN", error: "ERROR", critical: "FATAL", debug: "DEBUG" };
/** Characters of a line that are drawn at first, and at most. */
const DRAWN = 2_000;
const MOST_DRAWN = 50_000;
const SILENT = new Set(["task.stdout", "task.stderr", "task.output", "tradewind.task", "tradewind.worker"]);

export function LogRowView(given: {
  row: LogRow;
  hasTime: boolean;
  search: string;
  onLink: (at: number) => void;
  onFold: (id: string) => void;
}) {
  const { row, hasTime, search, onLink, onFold } = given;
  const { fold } = row;
  return (
    <>
      <button
        type="button"
        className={classes.number}
        tabIndex={-1}
        title={row.time ? `${row.time}: link to this line` : "Link to this line"}
        aria-label={`Link to line ${row.number}`}
        onClick={() => onLink(row.at)}
      >
        {row.isMore ? "" : row.number}
      </button>
      {hasTime && <span className={classes.time}>{row.isMore ? " ".repeat(12) : row.time.slice(11, 23)}</span>}
      <span className={classes.level} data-level={row.level}>
        {row.isMore || fold ? "" : (LEVELS[row.level] ?? "")}
      </span>
      <span className={classes.text} style={row.depth > 0 ? { paddingLeft: 14 * row.depth } : undefined}>
        {fold ? (
          <button type="button" className={classes.fold} aria-expanded={fold.isOpen} onClick={() => onFold(fold.id)}>
            {fold.isOpen ? "▾" : "▸"} {row.text} <span className="faint">({fold.count})</span>
          </button>
        ) : (
          <>
            {!row.isMore && !SILENT.has(row.logger) && <span className={classes.logger}>{row.logger}: </span>}
            <LineText text={row.text} search={search} />
          </>
        )}
      </span>
    </>
  );
}

/** Of a very long line a part, so that one line does not hold up the page; more of it on demand. */
function LineText({ text, search }: { text: string; search: string }) {
  const [most, setMost] = useState(DRAWN);
  const { text: shown, before, after } = cutOf(text, search, most);
  return (
    <>
      {before > 0 && <span className="faint">{many(before, "character")} … </span>}
      {styledOf(shown).map((piece, place) => (
        <span
          // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a line do not move
          key={place}
          data-fg={piece.fg}
          data-bg={piece.bg}
          style={{
            ...(piece.isBold ? { fontWeight: 700 } : {}),
            ...(piece.isItalic ? { fontStyle: "italic" } : {}),
            ...(piece.isUnderlined ? { textDecoration: "underline" } : {}),
          }}
        >
          <Marked text={piece.text} search={search} />
        </span>
      ))}
      {after > 0 &&
        (most < MOST_DRAWN ? (
          <button type="button" className={classes.fold} onClick={() => setMost(most * 5)}>
            {" "}
            … {many(after, "more character")}
          </button>
        ) : (
          <span className="faint"> … {many(after, "more character")}: download the log to read them</span>
        ))}
    </>
  );
}

function Marked({ text, search }: { text: string; search: string }) {
  if (!search) return text;
  const low = text.toLowerCase();
  const wanted = search.toLowerCase();
  const parts: React.ReactNode[] = [];
  let from = 0;
  for (let at = low.indexOf(wanted); at >= 0; at = low.indexOf(wanted, from)) {
    parts.push(text.slice(from, at), <mark key={at}>{text.slice(at, at + wanted.length)}</mark>);
    from = at + wanted.length;
  }
  return (
    <>
      {parts}
      {text.slice(from)}
    </>
  );
}
