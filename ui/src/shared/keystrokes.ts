// Which shortcut keys make: one key, or one after the other such as `g d`; keys typed into a field are text.

/** Whether a key goes into a field. */
export function isTyping(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null;
  return Boolean(
    element?.isContentEditable ||
      element?.matches?.("input:not([type=checkbox], [type=radio]), textarea, select, [role=textbox]"),
  );
}

/** What a key makes of those before it: the shortcut that is complete now, and what may still become one. */
export function pressed(
  before: string,
  key: string,
  shortcuts: ReadonlySet<string>,
): { done: string | undefined; rest: string } {
  for (const keys of [before ? `${before} ${key}` : key, key]) {
    if (shortcuts.has(keys)) return { done: keys, rest: "" };
    if ([...shortcuts].some((one) => one.startsWith(`${keys} `))) return { done: undefined, rest: keys };
  }
  return { done: undefined, rest: "" };
}
