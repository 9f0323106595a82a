// The time axis of a Gantt chart, from the first thing that happened to the last, and the arrows between its rows.
import type { GanttRow, GanttSegment } from "./model";

export interface Span {
  from: number;
  to: number;
}

const STEPS_S = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200,
  14400, 21600, 43200, 86400, 172800, 604800,
];
/** A mark needs as much room. */
const MARK_PX = 74;

/** From the first moment of all rows to the last; `now` where something goes on, and never shorter than a moment. */
export function spanOf(rows: readonly GanttRow[], now: number | undefined, predicted?: number): Span | undefined {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const row of rows) {
    for (const one of row.segments) {
      const start = one.queuedAt ?? one.startedAt;
      if (start === null) continue;
      from = Math.min(from, start);
      to = Math.max(to, one.endedAt ?? now ?? one.startedAt ?? start);
    }
  }
  if (predicted !== undefined && now !== undefined) to = Math.max(to, predicted);
  return Number.isFinite(from) ? { from, to: Math.max(to, from + 50) } : undefined;
}

/** How many milliseconds the marks of an axis of some width are apart. */
export function stepOf({ from, to }: Span, widthPx = 520): number {
  const length = to - from;
  const most = Math.max(1, Math.floor(widthPx / MARK_PX));
  return (STEPS_S.find((one) => length / (one * 1000) <= most) ?? Math.ceil(length / most / 864e5) * 86400) * 1000;
}

/** Milliseconds from the beginning at which an axis of some width is marked. */
export function marksOf(span: Span, widthPx?: number): number[] {
  const step = stepOf(span, widthPx);
  return Array.from({ length: Math.floor((span.to - span.from) / step) + 1 }, (_, place) => place * step);
}

/** Where a moment is, in percent. */
export function shareOf(span: Span, moment: number): number {
  return Math.min(100, Math.max(0, ((moment - span.from) / (span.to - span.from)) * 100));
}

/** Where a moment is in pixels; of what lies outside only that it does. */
export function pixelOf(span: Span, moment: number, width: number): number {
  const outside = 50;
  return Math.min(width + outside, Math.max(-outside, ((moment - span.from) / (span.to - span.from)) * width));
}

/** Where all pieces of a row lie that has none in what is shown; undefined: it has some there, or none at all. */
export function sideOf(segments: readonly GanttSegment[], span: Span, now: number): "earlier" | "later" | undefined {
  let side: "earlier" | "later" | undefined;
  for (const one of segments) {
    const start = one.queuedAt ?? one.startedAt;
    if (start === null) continue;
    const end = one.endedAt ?? now;
    if (start <= span.to && end >= span.from) return undefined;
    side = end < span.from ? "earlier" : "later";
  }
  return side;
}

export interface Arrow {
  /** Places of rows. */
  from: number;
  to: number;
  /** Moments: when the one ended, when the other was asked for or began. */
  left: number;
  right: number;
  isCritical: boolean;
  /** It leads to or from the row that is looked at. */
  isNear: boolean;
}

/** Arrows of the critical path, and those to and from the row that is looked at. */
export function arrowsOf(rows: readonly GanttRow[], near: string | undefined): Arrow[] {
  const places = new Map(rows.map((row, place) => [row.key, place]));
  const found: Arrow[] = [];
  rows.forEach((row, to) => {
    const first = row.segments[0];
    const right = first?.queuedAt ?? first?.startedAt ?? null;
    if (right === null) return;
    for (const key of row.upstream) {
      const from = places.get(key);
      const before = from === undefined ? undefined : rows[from];
      const left = before?.segments.at(-1)?.endedAt ?? null;
      if (from === undefined || left === null) continue;
      const isCritical = row.isCritical && before?.isCritical === true;
      const isNear = key === near || row.key === near;
      if (isCritical || isNear) found.push({ from, to, left, right, isCritical, isNear });
    }
  });
  return found;
}

/** An arrow as a line to the right and then up or down to the row, in pixels; its head is at the end. */
export function pathOf(left: number, right: number, top: number, bottom: number): { line: string; head: string } {
  const way = bottom > top ? 1 : -1;
  const x = Math.max(left + 3, right + 2);
  const end = bottom - way * 7;
  const bend = Math.min(4, Math.abs(end - top) / 2, x - left);
  const line = `M${left} ${top}H${x - bend}Q${x} ${top} ${x} ${top + way * bend}V${end - way * 3}`;
  return { line, head: `M${x - 3.5} ${end - way * 5}H${x + 3.5}L${x} ${end}Z` };
}
