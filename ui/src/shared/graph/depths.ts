// In which layer each member of a graph stands: behind all that leads to it, and near to what it is for.
import type { Pair } from "./net";

/** The layer of each of `count` members. Of lines that make a circle one is taken as if it led the other way. */
export function depthsOf(count: number, lines: readonly Pair[]): number[] {
  const before: number[][] = Array.from({ length: count }, () => []);
  const after: number[][] = Array.from({ length: count }, () => []);
  for (const [from, to] of lines) {
    after[from]?.push(to);
    before[to]?.push(from);
  }
  const way = inTurn(before, after);
  const turn = new Array<number>(count).fill(0);
  for (const [place, one] of way.entries()) turn[one] = place;
  const isForward = (from: number, to: number): boolean => (turn[from] ?? 0) < (turn[to] ?? 0);
  const depths = new Array<number>(count).fill(0);
  for (const one of way) {
    for (const next of after[one] ?? [])
      if (isForward(one, next)) depths[next] = Math.max(depths[next] ?? 0, (depths[one] ?? 0) + 1);
  }
  // What few lines lead to and more come from stands just before what it leads to: its lines are short then.
  for (const one of way.toReversed()) {
    const next = (after[one] ?? []).filter((other) => isForward(one, other));
    const fewer = (before[one] ?? []).length < next.length;
    if (fewer) depths[one] = Math.max(depths[one] ?? 0, Math.min(...next.map((other) => depths[other] ?? 0)) - 1);
  }
  return depths;
}

/** The members so that each comes behind what leads to it; where a circle is left, its first member goes ahead. */
function inTurn(before: readonly number[][], after: readonly number[][]): number[] {
  const left = before.map((all) => all.length);
  const isIn = new Array<boolean>(left.length).fill(false);
  const way: number[] = [];
  const take = (one: number): void => {
    isIn[one] = true;
    way.push(one);
  };
  for (const [one, count] of left.entries()) if (count === 0) take(one);
  let first = 0;
  for (let at = 0; way.length < left.length || at < way.length; at += 1) {
    if (at === way.length) {
      while (isIn[first]) first += 1;
      take(first);
    }
    for (const next of after[way[at] ?? 0] ?? []) {
      left[next] = (left[next] ?? 0) - 1;
      if (left[next] === 0 && !isIn[next]) take(next);
    }
  }
  return way;
}
