// What was typed into the palette, understood: a name to look for, and what is to be done with it.

export type Verb = "trigger" | "pause" | "unpause";

const VERBS: Record<string, Verb> = {
  trigger: "trigger",
  run: "trigger",
  pause: "pause",
  unpause: "unpause",
  resume: "unpause",
};

export interface Asked {
  verb: Verb | undefined;
  /** What is looked for on the server. */
  text: string;
}

/** `pause etl` is the verb and the name; `pause` alone may be a name too. */
export function asked(query: string): Asked {
  const [first = "", ...rest] = query.trim().split(/\s+/);
  const verb = VERBS[first.toLowerCase()];
  return verb && rest.length > 0 ? { verb, text: rest.join(" ") } : { verb: undefined, text: query.trim() };
}

/** What can be done with a DAG, what was asked for alone where something was. */
export function verbsFor(verb: Verb | undefined, isPaused: boolean): Verb[] {
  const possible: Verb[] = ["trigger", isPaused ? "unpause" : "pause"];
  return verb ? possible.filter((one) => one === verb) : possible;
}

/** Whether all words of a query stand in a label, in any order. */
export function fits(label: string, query: string): boolean {
  const text = label.toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
