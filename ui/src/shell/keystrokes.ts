// Shortcuts of one key after the other, such as `g d`; keys typed into a field are text and nothing else.
import { useEffect, useRef } from "react";

const PATIENCE_MS = 1200;

/** Whether a key goes into a field. */
export function isTyping(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null;
  return Boolean(element?.isContentEditable || element?.matches?.("input, textarea, select, [role=textbox]"));
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

/** Act on shortcuts for as long as the component is there. */
export function useKeystrokes(actions: Record<string, () => void>): void {
  const current = useRef(actions);
  current.current = actions;
  useEffect(() => {
    let before = "";
    let at = 0;
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event.target)) return;
      if (document.querySelector("[role=dialog]")) return;
      if (event.timeStamp - at > PATIENCE_MS) before = "";
      at = event.timeStamp;
      const { done, rest } = pressed(before, event.key, new Set(Object.keys(current.current)));
      before = rest;
      if (done) {
        event.preventDefault();
        current.current[done]?.();
      }
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}
