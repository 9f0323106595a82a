// Python in colours, line by line: words, texts, numbers, comments, names that are defined.

export type Kind = "" | "word" | "text" | "number" | "comment" | "name";

const WORDS = new Set(
  (
    "and as assert async await break class continue def del elif else except finally for from global if import in is " +
    "lambda nonlocal not or pass raise return try while with yield match case None True False"
  ).split(" "),
);
const TOKEN =
  /(?<comment>#.*$)|(?<text>[rbfuRBFU]{0,2}(?:"""(?:[^"\\]|\\.|"(?!""))*(?:"""|$)|'''(?:[^'\\]|\\.|'(?!''))*(?:'''|$)|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'))|(?<at>@[\w.]+)|(?<number>\b\d[\d_.]*\b)|(?<id>[A-Za-z_]\w*)/g;

/** The parts of a line, each with its kind; together they are the line. */
export function tokens(line: string): [Kind, string][] {
  const found: [Kind, string][] = [];
  const add = (kind: Kind, text: string): void => {
    if (text === "") return;
    const last = found.at(-1);
    if (last && last[0] === kind && kind === "") last[1] += text;
    else found.push([kind, text]);
  };
  let at = 0;
  let before = "";
  for (const match of line.matchAll(TOKEN)) {
    add("", line.slice(at, match.index));
    const { comment, text, at: decorator, number, id } = match.groups ?? {};
    const kind: Kind = comment
      ? "comment"
      : text
        ? "text"
        : decorator
          ? "name"
          : number
            ? "number"
            : WORDS.has(id ?? "")
              ? "word"
              : before === "def" || before === "class"
                ? "name"
                : "";
    add(kind, match[0]);
    before = id ?? "";
    at = match.index + match[0].length;
  }
  add("", line.slice(at));
  return found;
}
