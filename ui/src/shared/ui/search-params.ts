// Parts of addresses, read with care: whoever writes an address by hand may write anything.

/** A text that says something; else undefined. */
export function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : typeof value === "number" ? String(value) : undefined;
}

/** One of these words; else undefined. */
export function oneOf<Word extends string>(value: unknown, words: readonly Word[]): Word | undefined {
  return words.find((word) => word === value);
}

/** A whole number; else undefined. */
export function whole(value: unknown): number | undefined {
  const found = typeof value === "string" ? Number(value) : value;
  return typeof found === "number" && Number.isInteger(found) ? found : undefined;
}

/** The same object without the parts that are undefined, as an address has no word for them. */
export function given<Parts extends Record<string, unknown>>(
  parts: Parts,
): { [K in keyof Parts]?: Exclude<Parts[K], undefined> } {
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as {
    [K in keyof Parts]?: Exclude<Parts[K], undefined>;
  };
}
