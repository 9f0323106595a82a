// What terminals make of escape sequences: text in pieces, each with its colours and weight.

export interface Styled {
  text: string;
  /** One of eight names, with `bright-` before it for the lighter ones. */
  fg?: string;
  bg?: string;
  isBold?: boolean;
  isDim?: boolean;
  isItalic?: boolean;
  isUnderlined?: boolean;
}

const NAMES = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
const SEQUENCE = /\u001b\[([0-9;?]*)([A-Za-z])|\u001b\][^\u0007]*(?:\u0007|\u001b\\)/g;

/** Whether there is anything to parse at all. */
export function hasEscapes(text: string): boolean {
  return text.includes("\u001b");
}

/** The text without escape sequences. */
export function plainOf(text: string): string {
  return hasEscapes(text) ? text.replace(SEQUENCE, "") : text;
}

/** The pieces of a line; sequences that are no colours are left out. */
export function styledOf(text: string): Styled[] {
  if (!hasEscapes(text)) return [{ text }];
  const found: Styled[] = [];
  let style: Omit<Styled, "text"> = {};
  let from = 0;
  for (const match of text.matchAll(SEQUENCE)) {
    if (match.index > from) found.push({ text: text.slice(from, match.index), ...style });
    from = match.index + match[0].length;
    if (match[2] === "m") style = styleAfter(style, (match[1] ?? "").split(";").map(Number));
  }
  if (from < text.length) found.push({ text: text.slice(from), ...style });
  return found;
}

function styleAfter(before: Omit<Styled, "text">, codes: number[]): Omit<Styled, "text"> {
  let style = { ...before };
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? 0;
    if (code === 0) style = {};
    else if (code === 1) style.isBold = true;
    else if (code === 2) style.isDim = true;
    else if (code === 3) style.isItalic = true;
    else if (code === 4) style.isUnderlined = true;
    else if (code === 22) style = without(style, "isBold", "isDim");
    else if (code === 23) style = without(style, "isItalic");
    else if (code === 24) style = without(style, "isUnderlined");
    else if (code === 39) style = without(style, "fg");
    else if (code === 49) style = without(style, "bg");
    else if (code === 38 || code === 48) {
      const name = codes[at + 1] === 5 ? sixteen(codes[at + 2] ?? -1) : undefined;
      if (name) style[code === 38 ? "fg" : "bg"] = name;
      at += codes[at + 1] === 5 ? 2 : 4;
    } else {
      const name = sixteen(
        code >= 90 && code <= 107 ? (code % 10) + 8 : code >= 30 && code <= 47 && code % 10 < 8 ? code % 10 : -1,
      );
      if (name) style[(code >= 40 && code <= 47) || code >= 100 ? "bg" : "fg"] = name;
    }
  }
  return style;
}

function sixteen(number: number): string | undefined {
  const name = NAMES[number % 8];
  return number < 0 || number > 15 ? undefined : number > 7 ? `bright-${name}` : name;
}

function without(style: Omit<Styled, "text">, ...names: (keyof Styled)[]): Omit<Styled, "text"> {
  return Object.fromEntries(Object.entries(style).filter(([name]) => !names.includes(name as keyof Styled)));
}
