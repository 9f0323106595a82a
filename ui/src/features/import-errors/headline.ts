// Finds in a Python traceback what its reader wants first: the error, and the line of the file that it comes from.

export interface Headline {
  /** The last line that says what went wrong. */
  error: string;
  /** `line 12, in load` and the source line, of the deepest frame in the file; undefined: no frame is in it. */
  place: string | undefined;
}

const FRAME = /^\s*File "([^"]+)", line (\d+)(?:, in (.*))?$/;

export function headline(trace: string, filename: string): Headline {
  const lines = trace.trimEnd().split("\n");
  const error = [...lines]
    .reverse()
    .find((line) => /^[A-Za-z_][\w.]*(Error|Exception|Warning|Interrupt|Exit|Timeout\w*)\b|^\w[\w.]*: /.test(line));
  let place: string | undefined;
  lines.forEach((line, index) => {
    const found = FRAME.exec(line);
    if (!found?.[1] || !(found[1].endsWith(filename) || filename.endsWith(found[1]))) return;
    const source = lines[index + 1];
    const isSource = source !== undefined && /^\s+\S/.test(source) && !FRAME.test(source);
    const where = `line ${found[2]}${found[3] && found[3] !== "<module>" ? `, in ${found[3]}` : ""}`;
    place = isSource ? `${where}\n    ${source.trim()}` : where;
  });
  return { error: error ?? lines.at(-1) ?? "", place };
}
