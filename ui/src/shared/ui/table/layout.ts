// Which columns of a table somebody wants to see and how wide, kept in the browser.
import { useMediaQuery } from "@mantine/hooks";
import { useCallback, useMemo, useState } from "react";
import type { Column } from "./columns";

const LITTLE_ROOM = "(max-width: 760px)";

export interface Layout {
  /** Of columns that somebody showed or hid. */
  shown: Record<string, boolean>;
  /** In pixels, of columns that somebody made wider or narrower. */
  sizes: Record<string, number>;
}

const NONE: Layout = { shown: {}, sizes: {} };

/** What was kept; what cannot be understood counts as nothing. */
export function layoutFrom(kept: string | null): Layout {
  if (!kept) return NONE;
  try {
    const found = JSON.parse(kept) as Partial<Layout> | null;
    return {
      shown: only(found?.shown, (value) => typeof value === "boolean"),
      sizes: only(found?.sizes, (value) => typeof value === "number"),
    };
  } catch (error) {
    if (error instanceof SyntaxError) return NONE;
    throw error;
  }
}

function only<Value>(parts: Record<string, Value> | undefined, fits: (value: Value) => boolean): Record<string, Value> {
  return Object.fromEntries(Object.entries(parts ?? {}).filter(([, value]) => fits(value)));
}

export type TableLayout = ReturnType<typeof useTableLayout>;

/** The layout of the table of this name, and what changes it. */
export function useTableLayout<Row>(name: string, columns: Column<Row>[]) {
  const key = `tradewind.table.${name}`;
  const [layout, setLayout] = useState(() => layoutFrom(localStorage.getItem(key)));
  const isNarrow = useMediaQuery(LITTLE_ROOM, undefined, { getInitialValueInEffect: false });
  const change = useCallback(
    (next: (before: Layout) => Layout): void =>
      setLayout((before) => {
        const after = next(before);
        localStorage.setItem(key, JSON.stringify(after));
        return after;
      }),
    [key],
  );
  const ids = columns.map((column) => `${column.id}${column.isMinor ? "-" : ""}`).join(" ");
  // biome-ignore lint/correctness/useExhaustiveDependencies: columns that are called the same are the same here
  const visibility = useMemo(
    () => Object.fromEntries(columns.map((one) => [one.id, layout.shown[one.id] ?? !(isNarrow && one.isMinor)])),
    [ids, layout.shown, isNarrow],
  );
  return {
    visibility,
    sizes: layout.sizes,
    setShown: (id: string, isShown: boolean): void =>
      change((before) => ({ ...before, shown: { ...before.shown, [id]: isShown } })),
    /** undefined: as wide as it was at first. */
    setSize: (id: string, px: number | undefined): void =>
      change((before) => {
        const { [id]: _, ...sizes } = before.sizes;
        return { ...before, sizes: px === undefined ? sizes : { ...sizes, [id]: px } };
      }),
    reset: (): void => change(() => NONE),
    isChanged: Object.keys(layout.shown).length + Object.keys(layout.sizes).length > 0,
  };
}
