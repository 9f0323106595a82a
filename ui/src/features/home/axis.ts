// Where moments lie on the time axis of the home page.

export interface Axis {
  from: number;
  now: number;
  until: number;
}

export const SPANS = [1, 6] as const;
export type Hours = (typeof SPANS)[number];
const HOUR = 3_600_000;

/** So many hours back, and a third of that ahead. */
export function axisOf(hours: Hours, now: number): Axis {
  return { from: now - hours * HOUR, now, until: now + (hours * HOUR) / 3 };
}

/** In percent from the left; outside of the axis: beyond 0 or 100. */
export function place(axis: Axis, moment: number): number {
  return ((moment - axis.from) / (axis.until - axis.from)) * 100;
}

/** A bar in percent, cut at the ends of the axis; undefined: it lies outside. One that goes on ends now. */
export function barOf(axis: Axis, start: string, end: string | null): { left: number; width: number } | undefined {
  const left = Math.max(0, place(axis, Date.parse(start)));
  const right = Math.min(100, place(axis, end ? Date.parse(end) : axis.now));
  return right < 0 || left > 100 || right < left ? undefined : { left, width: right - left };
}

/** The round moments to write on the axis. */
export function ticks(axis: Axis, hours: Hours): number[] {
  const step = hours === 1 ? HOUR / 6 : HOUR;
  const found: number[] = [];
  for (let at = Math.ceil(axis.from / step) * step; at <= axis.until; at += step) found.push(at);
  return found;
}

const LEAST_APART = 1.3;

/** Of moments in their order those that are far enough apart to be told from each other. */
export function apart(axis: Axis, moments: readonly string[]): string[] {
  let last = Number.NEGATIVE_INFINITY;
  return moments.filter((moment) => {
    const at = place(axis, Date.parse(moment));
    if (at - last < LEAST_APART) return false;
    last = at;
    return true;
  });
}
