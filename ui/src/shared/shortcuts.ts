// The shortcuts that count at this moment: each part of a page names its own, and `?` shows them all.
import { useEffect, useRef, useSyncExternalStore } from "react";
import { isTyping, pressed } from "./keystrokes";

export interface Shortcut {
  /** Keys, one after the other. */
  keys: string;
  /** What it does, as the overview says it. */
  words: string;
  /** None: somebody else hears the keys, and here they are only named. False: not meant here, as if it were not. */
  act?: () => unknown;
}

const PATIENCE_MS = 1200;
/** By the part that named them, the newest last. */
let named: readonly { of: object; shortcuts: () => Shortcut[] }[] = [];
const listeners = new Set<() => void>();
let before = "";
let at = 0;

function set(next: typeof named): void {
  if (named.length === 0) window.addEventListener("keydown", onKey);
  named = next;
  if (named.length === 0) window.removeEventListener("keydown", onKey);
  for (const one of listeners) one();
}

function all(): Shortcut[] {
  return named.flatMap((one) => one.shortcuts());
}

function onKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event.target)) return;
  if (document.querySelector("[role=dialog], [role=menu], dialog[open]")) return;
  if (event.timeStamp - at > PATIENCE_MS) before = "";
  at = event.timeStamp;
  const shortcuts = all().filter((one) => one.act !== undefined);
  const { done, rest } = pressed(before, event.key, new Set(shortcuts.map((one) => one.keys)));
  before = rest;
  if (done === undefined) return;
  for (const one of shortcuts.reverse()) {
    if (one.keys !== done || one.act?.() === false) continue;
    event.preventDefault();
    return;
  }
}

/** Act on these for as long as the component is there. */
export function useShortcuts(shortcuts: Shortcut[]): void {
  const current = useRef(shortcuts);
  current.current = shortcuts;
  useEffect(() => {
    const mine = { of: current, shortcuts: () => current.current };
    set([...named, mine]);
    return () => set(named.filter((one) => one !== mine));
  }, []);
}

/** All that count now, each of them once. */
export function useNamedShortcuts(): Shortcut[] {
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => named,
  );
  return [...new Map(all().map((one) => [`${one.keys} ${one.words}`, one])).values()];
}
