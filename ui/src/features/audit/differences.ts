// What an action changed: the parts of a thing before and after, side by side.

export interface Difference {
  part: string;
  before: string | undefined;
  after: string | undefined;
  change: "added" | "removed" | "changed" | "same";
}

/** The parts of both, in their order; those that changed come first. Undefined or null: there was no such thing. */
export function differences(before: unknown, after: unknown): Difference[] {
  const old = partsOf(before);
  const now = partsOf(after);
  const found = [...new Set([...old.keys(), ...now.keys()])].map((part): Difference => {
    const one = { part, before: old.get(part), after: now.get(part) };
    if (one.before === one.after) return { ...one, change: "same" };
    if (one.before === undefined) return { ...one, change: "added" };
    return { ...one, change: one.after === undefined ? "removed" : "changed" };
  });
  return [...found.filter((one) => one.change !== "same"), ...found.filter((one) => one.change === "same")];
}

function partsOf(value: unknown): Map<string, string> {
  if (value === null || value === undefined) return new Map();
  if (typeof value !== "object" || Array.isArray(value)) return new Map([["value", shown(value)]]);
  return new Map(Object.entries(value).map(([part, one]) => [part, shown(one)]));
}

/** A text as it is, all else as JSON. */
export function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value, null, 1).replace(/\n\s*/g, " ");
}

/** `create_dag_run`: Create dag run. */
export function inWords(event: string): string {
  const words = event.replaceAll(/[_.]/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
