// Where runs lie in the scatter: when they started against how long they took, on a scale of powers of ten.

export interface Dot {
  key: string;
  /** In percent of width and height, from the top left. */
  x: number;
  y: number;
}

export interface Scale {
  from: number;
  to: number;
  /** Seconds. */
  shortest: number;
  longest: number;
}

export interface Timed {
  key: string;
  at: number;
  seconds: number;
}

const ROUND = [0.01, 0.1, 1, 10, 60, 600, 3600, 36_000, 86_400, 864_000];
const LEAST = 0.01;

/** The bounds that hold all of them; undefined: there are none. */
export function scaleOf(runs: readonly Timed[]): Scale | undefined {
  if (runs.length === 0) return undefined;
  const moments = runs.map((run) => run.at);
  const seconds = runs.map((run) => Math.max(run.seconds, LEAST));
  const from = Math.min(...moments);
  const to = Math.max(...moments);
  return {
    from,
    to: to > from ? to : from + 1,
    shortest: Math.min(...seconds) / 1.6,
    longest: Math.max(...seconds) * 1.6,
  };
}

/** In percent from the top. */
export function heightOf(scale: Scale, seconds: number): number {
  const of = (value: number): number => Math.log(Math.max(value, LEAST));
  const share = (of(seconds) - of(scale.shortest)) / (of(scale.longest) - of(scale.shortest));
  return 100 - Math.min(1, Math.max(0, share)) * 100;
}

export function dots(scale: Scale, runs: readonly Timed[]): Dot[] {
  return runs.map(({ key, at, seconds }) => ({
    key,
    x: ((at - scale.from) / (scale.to - scale.from)) * 100,
    y: heightOf(scale, seconds),
  }));
}

/** The round durations within a scale; at least the longest where none is round. */
export function marks(scale: Scale): number[] {
  const found = ROUND.filter((one) => one > scale.shortest && one < scale.longest);
  return found.length > 0 ? found : [scale.longest / 1.6];
}
