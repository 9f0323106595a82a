// What is known of a text before Markdown is drawn: whether there are marks in it, and which indent is none of its own.

/** Whether anything in a text could be a mark; most notes are plain words. */
export function hasMarks(text: string): boolean {
  return /[`*_[\]|~#>\\<]|:\/\/|@|^\s*(?:[-+]|\d+[.)])\s|^ {4}|\n\s*\n|^[-=]{2,}\s*$/m.test(text);
}

/** The text without what all of its lines are indented by, as docstrings are: four spaces would mean code. */
export function dedented(text: string): string {
  const lines = text
    .replace(/^(?:[ \t]*\r?\n)+/, "")
    .trimEnd()
    .split(/\r?\n/);
  const indents = lines.map((line) => (line.trim() === "" ? Number.POSITIVE_INFINITY : line.search(/\S/)));
  const [first = 0, ...rest] = indents;
  const least = Math.min(...rest);
  // A docstring begins right behind its quotes, and goes on below the code's indent.
  const by = first === 0 && least >= 4 ? least : Math.min(first, least);
  if (by === 0 || !Number.isFinite(by)) return lines.join("\n");
  return lines.map((line) => line.slice(Math.min(by, line.search(/\S|$/)))).join("\n");
}
