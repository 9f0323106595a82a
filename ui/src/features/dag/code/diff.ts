// The lines in which two texts differ.

export interface DiffLine {
  kind: "same" | "added" | "removed" | "gap";
  text: string;
  /** Numbers in the older and the newer text. */
  before?: number;
  after?: number;
}

const AROUND = 3;
/** Beyond this many pairs of lines the middle is shown as replaced: comparing each with each would take seconds. */
const MOST_PAIRS = 4_000_000;

/** All lines of both texts, in order. */
export function diff(older: string, newer: string): DiffLine[] {
  const a = older.split("\n");
  const b = newer.split("\n");
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  const lines: DiffLine[] = [];
  const same = (i: number, j: number): void => {
    lines.push({ kind: "same", text: a[i] ?? "", before: i + 1, after: j + 1 });
  };
  for (let i = 0; i < start; i++) same(i, i);
  const [left, right] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  for (const step of steps(left, right)) {
    if (step.kind === "same") same(start + step.i, start + step.j);
    else if (step.kind === "removed")
      lines.push({ kind: "removed", text: left[step.i] ?? "", before: start + step.i + 1 });
    else lines.push({ kind: "added", text: right[step.j] ?? "", after: start + step.j + 1 });
  }
  for (let k = end; k > 0; k--) same(a.length - k, b.length - k);
  return lines;
}

interface Step {
  kind: "same" | "added" | "removed";
  i: number;
  j: number;
}

/** The longest common lines of two lists, and what is between them. */
function steps(a: string[], b: string[]): Step[] {
  const found: Step[] = [];
  const width = b.length + 1;
  const isSmall = a.length * b.length <= MOST_PAIRS;
  const length = new Uint32Array(isSmall ? (a.length + 1) * width : 0);
  const at = (i: number, j: number): number => length[i * width + j] ?? 0;
  if (isSmall) {
    for (let i = a.length - 1; i >= 0; i--) {
      for (let j = b.length - 1; j >= 0; j--) {
        length[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
      }
    }
  }
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (isSmall && i < a.length && j < b.length && a[i] === b[j]) found.push({ kind: "same", i: i++, j: j++ });
    else if (i < a.length && (j >= b.length || at(i + 1, j) >= at(i, j + 1)))
      found.push({ kind: "removed", i: i++, j });
    else found.push({ kind: "added", i, j: j++ });
  }
  return found;
}

/** Only what changed, with a few lines around it. */
export function shortened(lines: DiffLine[]): DiffLine[] {
  const near = new Set<number>();
  lines.forEach((line, place) => {
    if (line.kind === "same") return;
    for (let at = place - AROUND; at <= place + AROUND; at++) near.add(at);
  });
  const found: DiffLine[] = [];
  let left = 0;
  lines.forEach((line, place) => {
    if (near.has(place)) {
      if (left > 0) found.push({ kind: "gap", text: `${left} lines that are the same` });
      left = 0;
      found.push(line);
    } else left += 1;
  });
  if (left > 0 && found.length > 0) found.push({ kind: "gap", text: `${left} lines that are the same` });
  return found;
}
