// The order in each layer of a graph in which few lines cross.
import type { Net } from "./net";

const SWEEPS = 8;
/** With more in the layers, neighbours do not try each other's places. */
const MOST_TO_SWAP = 600;

/** Each near the middle of what leads to it, then of what it leads to, a few times over; the best of that stays. */
export function putInOrder(net: Net): void {
  const { layers, before, after } = net;
  const rank = new Array<number>(before.length).fill(0);
  for (const layer of layers) number(layer, rank);
  let best = layers.map((layer) => [...layer]);
  let fewest = crossingsOf(net, rank);
  for (let sweep = 0; sweep < SWEEPS && fewest > 0; sweep += 1) {
    const near = sweep % 2 === 0 ? before : after;
    for (const layer of sweep % 2 === 0 ? layers : layers.toReversed()) {
      sortByMiddle(layer, near, rank);
      number(layer, rank);
    }
    if (before.length <= MOST_TO_SWAP) for (const layer of layers) swap(layer, net, rank);
    const crossings = crossingsOf(net, rank);
    if (crossings >= fewest) continue;
    fewest = crossings;
    best = layers.map((layer) => [...layer]);
  }
  net.layers = best;
}

/** Where each stands in its layer, from 0 to 1. */
function number(layer: readonly number[], rank: number[]): void {
  const last = layer.length - 1;
  for (const [place, one] of layer.entries()) rank[one] = last > 0 ? place / last : 0.5;
}

function sortByMiddle(layer: number[], near: readonly number[][], rank: readonly number[]): void {
  const middle = new Map<number, number>();
  for (const one of layer) {
    const others = near[one] ?? [];
    const sum = others.reduce((all, other) => all + (rank[other] ?? 0), 0);
    middle.set(one, others.length > 0 ? sum / others.length : (rank[one] ?? 0));
  }
  layer.sort((one, other) => (middle.get(one) ?? 0) - (middle.get(other) ?? 0));
}

/** Neighbours change places where fewer of their lines cross then. */
function swap(layer: number[], { before, after }: Net, rank: number[]): void {
  let isBetter = false;
  for (let place = 0; place + 1 < layer.length; place += 1) {
    const [upper = 0, lower = 0] = [layer[place], layer[place + 1]];
    const now = between(upper, lower, before, rank) + between(upper, lower, after, rank);
    const then = between(lower, upper, before, rank) + between(lower, upper, after, rank);
    if (then >= now) continue;
    layer[place] = lower;
    layer[place + 1] = upper;
    isBetter = true;
  }
  if (isBetter) number(layer, rank);
}

/** How many lines to one side cross, where one member stands above another. */
function between(upper: number, lower: number, near: readonly number[][], rank: readonly number[]): number {
  let found = 0;
  for (const one of near[upper] ?? [])
    for (const other of near[lower] ?? []) if ((rank[one] ?? 0) > (rank[other] ?? 0)) found += 1;
  return found;
}

/** How many lines cross in all. */
export function crossingsOf({ layers, after }: Net, rank: readonly number[]): number {
  let found = 0;
  for (const [at, layer] of layers.entries()) {
    const places = new Map((layers[at + 1] ?? []).map((one): [number, number] => [one, rank[one] ?? 0]));
    const inTurn = [...places].sort((one, other) => one[1] - other[1]).map(([one]) => one);
    const placeOf = new Map(inTurn.map((one, place) => [one, place]));
    // How many lines end at each place or further up, of those that began further up: a tree of sums.
    const sums = new Array<number>(inTurn.length + 1).fill(0);
    let all = 0;
    for (const one of [...layer].sort((a, b) => (rank[a] ?? 0) - (rank[b] ?? 0))) {
      const ends = (after[one] ?? []).map((other) => placeOf.get(other) ?? 0);
      for (const end of ends) {
        found += all;
        for (let node = end + 1; node > 0; node -= node & -node) found -= sums[node] ?? 0;
      }
      for (const end of ends) {
        all += 1;
        for (let node = end + 1; node < sums.length; node += node & -node) sums[node] = (sums[node] ?? 0) + 1;
      }
    }
  }
  return found;
}
