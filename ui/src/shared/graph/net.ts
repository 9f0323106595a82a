// Layers of a graph with lines only between neighbours: a longer line goes by way of points in the layers between.

/** From one member to another, by their numbers. */
export type Pair = readonly [number, number];

export interface Net {
  /** What stands in each layer, in its order: members by their numbers, points by higher ones. */
  layers: number[][];
  /** What each is connected to in the layer before, and in the layer behind. */
  before: number[][];
  after: number[][];
  members: number;
}

/** With more points than this, long lines are left out: what they cost is more than what they bring. */
const MOST_POINTS = 3000;

export function netOf(depths: readonly number[], lines: readonly Pair[]): Net {
  const layers: number[][] = Array.from({ length: Math.max(0, ...depths) + 1 }, () => []);
  for (const [one, depth] of depths.entries()) layers[depth]?.push(one);
  const before: number[][] = depths.map(() => []);
  const after: number[][] = depths.map(() => []);
  const connect = (from: number, to: number): void => {
    after[from]?.push(to);
    before[to]?.push(from);
  };
  const depth = (one: number): number => depths[one] ?? 0;
  const points = lines.reduce((sum, [from, to]) => sum + Math.max(0, Math.abs(depth(to) - depth(from)) - 1), 0);
  for (const line of lines) {
    const [from, to] = depth(line[0]) <= depth(line[1]) ? line : [line[1], line[0]];
    const length = depth(to) - depth(from);
    if (length === 0 || (length > 1 && points > MOST_POINTS)) continue;
    let last = from;
    for (let at = depth(from) + 1; at < depth(to); at += 1) {
      const point = before.length;
      before.push([]);
      after.push([]);
      layers[at]?.push(point);
      connect(last, point);
      last = point;
    }
    connect(last, to);
  }
  return { layers, before, after, members: depths.length };
}
