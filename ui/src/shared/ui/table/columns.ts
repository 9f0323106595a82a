// What a column of a table is, and the tracks of the CSS grid that its columns make.

export interface Column<Row> {
  id: string;
  header: React.ReactNode;
  cell: (row: Row) => React.ReactNode;
  /** The name to sort by, where the server sorts; none: it can't be sorted by. */
  sort?: string;
  /** What to sort by, where all rows are here and the table sorts them itself. */
  value?: (row: Row) => string | number | null | undefined;
  /** As a track of a CSS grid: `120px`, `minmax(200px, 2fr)`. */
  width?: string;
  align?: "end";
  /** Nobody hides it. */
  isKept?: boolean;
  /** It goes where there is little room, as on a phone, unless somebody asks for it. */
  isMinor?: boolean;
}

export interface Sorting {
  /** `name`, or `-name`: from the last to the first. */
  by: string | undefined;
  onChange: (by: string | undefined) => void;
}

/** The column with the buttons: it is always there. */
export const ACTIONS = "actions";
const NARROWEST_PX = 56;
const WIDEST_PX = 1200;
const WIDTH = "minmax(90px, 1fr)";
const CHOICE = "38px";
const CORNER_PX = 30;

/** Whether a column may be hidden: what a row is called, and what can be done with it, stays. */
export function canHide<Row>(columns: Column<Row>[], column: Column<Row>): boolean {
  return column.id !== ACTIONS && columns[0] !== column && !column.isKept;
}

/** A width that somebody asks for, within reason. */
export function widthWithin(px: number): number {
  return Math.round(Math.min(Math.max(px, NARROWEST_PX), WIDEST_PX));
}

/** The least that a track takes. */
export function leastOf(track: string): number {
  const px = /^(?:minmax\()?\s*(\d+)px/.exec(track);
  return px ? Number(px[1]) : NARROWEST_PX;
}

/** The tracks of a table's rows, and how narrow the table can be. */
export function tracksOf<Row>(
  columns: Column<Row>[],
  sizes: Record<string, number>,
  has: { choice: boolean; corner: boolean },
): { tracks: string; least: number } {
  const own = columns.map((column) => {
    const size = sizes[column.id];
    return size === undefined ? (column.width ?? WIDTH) : `${size}px`;
  });
  // Where every column has a width of its own, the last track takes what is left.
  const corner = has.corner && columns.at(-1)?.id !== ACTIONS ? CORNER_PX : 0;
  const all = [...(has.choice ? [CHOICE] : []), ...own];
  return {
    tracks: [...all, `minmax(${corner}px, auto)`].join(" "),
    least: all.reduce((sum, track) => sum + leastOf(track), corner),
  };
}

/** `-name` as the table has it, and back. */
export function orderOf(by: string | undefined): { id: string; desc: boolean }[] {
  if (!by) return [];
  return by.startsWith("-") ? [{ id: by.slice(1), desc: true }] : [{ id: by, desc: false }];
}

export function wordOf(order: { id: string; desc: boolean }[]): string | undefined {
  const [first] = order;
  return first && (first.desc ? `-${first.id}` : first.id);
}

/** Numbers by size, all else as people sort names; what has no value comes last. */
export function compare(one: unknown, other: unknown): number {
  if (typeof one === "number" && typeof other === "number") return one - other;
  return String(one).localeCompare(String(other), undefined, { numeric: true, sensitivity: "base" });
}
