// Rows by the keyboard: j and k, the arrows, Enter for what a row leads to, x or Space to choose it, a to act on the chosen.
import { type KeyboardEvent, type RefObject, useCallback, useEffect, useRef, useState } from "react";
import { useShortcuts } from "@/shared/shortcuts";

const PAGE_ROWS = 12;

/** The row that a key leads to from another (none: from before the first); undefined: the key leads to none. */
export function rowAfter(key: string, from: number | undefined, count: number): number | undefined {
  const at = from ?? -1;
  const to = {
    j: at + 1,
    ArrowDown: at + 1,
    k: at - 1,
    ArrowUp: at - 1,
    PageDown: at + PAGE_ROWS,
    PageUp: at - PAGE_ROWS,
    Home: 0,
    End: count - 1,
  }[key];
  if (to === undefined || count === 0) return undefined;
  return Math.min(Math.max(to, 0), count - 1);
}

/** Follow what a row is about: what says so, else its first link. */
function openRow(row: HTMLElement): void {
  const to = row.querySelector<HTMLElement>("[data-open]") ?? row.querySelector<HTMLElement>("a[href]");
  to?.click();
}

/** The first of what can be done with the chosen rows is given the focus; false where none are chosen. */
function toChosen(): boolean {
  const first = document.querySelector<HTMLElement>("[data-chosen-bar] button");
  first?.focus();
  return first !== null;
}

const CHOOSING = [
  { keys: "x", words: "Choose the row; with Shift all from the last one on" },
  { keys: "a", words: "To what can be done with the chosen rows", act: toChosen },
];

/** Of several tables on a page, the first one that can be seen hears the keys that are pressed nowhere. */
function isFirst(scroller: HTMLElement | null): boolean {
  return scroller !== null && document.querySelector("[data-table]") === scroller;
}

export function useRowKeys(given: {
  scroller: RefObject<HTMLDivElement | null>;
  count: number;
  scrollTo: (index: number) => void;
  onChoose: ((index: number, isRange: boolean) => void) | undefined;
  chooseNone: () => void;
}) {
  const { scroller, count, scrollTo, onChoose } = given;
  const [active, setActive] = useState<number>();
  // A row is given the focus once it is drawn: it may have to be scrolled to first.
  const wanted = useRef<number | undefined>(undefined);
  useEffect(() => {
    if (wanted.current === undefined) return;
    const row = scroller.current?.querySelector<HTMLElement>(`[role=row][aria-rowindex="${wanted.current + 2}"]`);
    if (!row) return;
    wanted.current = undefined;
    row.focus({ preventScroll: true });
  });
  useEffect(() => {
    if (active !== undefined && active >= count) setActive(undefined);
  }, [active, count]);
  const go = (key: string, from = active): boolean => {
    const to = rowAfter(key, from, count);
    if (to === undefined) return false;
    wanted.current = to;
    setActive(to);
    scrollTo(to);
    return true;
  };
  const step = (key: string) => (): boolean => isFirst(scroller.current) && go(key);
  useShortcuts([
    { keys: "j", words: "The next row", act: step("j") },
    { keys: "k", words: "The row before", act: step("k") },
    { keys: "Enter", words: "Open the row" },
    ...(onChoose ? CHOOSING : []),
  ]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const target = event.target as HTMLElement;
    const isRow = target.getAttribute("role") === "row";
    if (event.ctrlKey || event.metaKey || event.altKey || !isRow) return;
    // Where it stands now: rows may have come or gone above it since it was given the focus.
    const here = Number(target.getAttribute("aria-rowindex")) - 2;
    if (event.key === "Enter") openRow(target);
    else if (onChoose && [" ", "x", "X"].includes(event.key)) onChoose(here, event.shiftKey);
    else if (onChoose && event.key === "Escape") given.chooseNone();
    else if (!go(event.key, here)) return;
    event.preventDefault();
  };
  const onActive = useCallback((index: number): void => setActive(index), []);
  return { active, onKeyDown, onActive };
}
