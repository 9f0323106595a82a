// How far across each thing in a layer lies: level with what it is connected to, as far as there is room.
import type { Net } from "./net";

const SWEEPS = 12;
/** Lines by way of points are kept straight before others: they pass what stands there. */
const WEIGHT = { point: 8, half: 2, member: 1 };

/** The middles of all in the layers, `size` wide across, with `gap` between; the least edge is at 0. */
export function middlesOf(net: Net, size: readonly number[], gap: number): number[] {
  const { layers, before, after, members } = net;
  const middles = new Array<number>(before.length).fill(0);
  const room = (one: number, other: number): number => ((size[one] ?? 0) + (size[other] ?? 0)) / 2 + gap;
  for (const layer of layers) {
    const whole = layer.reduce((sum, one) => sum + (size[one] ?? 0) + gap, -gap);
    let edge = -whole / 2;
    for (const one of layer) {
      middles[one] = edge + (size[one] ?? 0) / 2;
      edge += (size[one] ?? 0) + gap;
    }
  }
  const weightOf = (one: number, other: number): number => {
    if (one >= members && other >= members) return WEIGHT.point;
    return one >= members || other >= members ? WEIGHT.half : WEIGHT.member;
  };
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    const isLast = sweep === SWEEPS - 1;
    const isDown = sweep % 2 === 0;
    for (const layer of isDown ? layers : layers.toReversed()) {
      const wishes = layer.map((one) => {
        const near = isLast ? [...(before[one] ?? []), ...(after[one] ?? [])] : ((isDown ? before : after)[one] ?? []);
        return wishOf(one, near, middles, weightOf);
      });
      settle(layer, wishes, room, middles);
    }
  }
  const least = Math.min(...middles.map((middle, one) => middle - (size[one] ?? 0) / 2));
  return middles.map((middle) => middle - least);
}

interface Wish {
  at: number;
  weight: number;
}

/** Level with the mean of what it is connected to; where it is, if that is nothing. */
function wishOf(
  one: number,
  near: readonly number[],
  middles: readonly number[],
  weightOf: (one: number, other: number) => number,
): Wish {
  let [sum, weight] = [0, 0];
  for (const other of near) {
    const much = weightOf(one, other);
    sum += much * (middles[other] ?? 0);
    weight += much;
  }
  return weight > 0 ? { at: sum / weight, weight } : { at: middles[one] ?? 0, weight: 0.1 };
}

/** Each as near to its wish as those beside it allow: those that would overlap move together to their common mean. */
function settle(
  layer: readonly number[],
  wishes: readonly Wish[],
  room: (one: number, other: number) => number,
  middles: number[],
): void {
  const offsets: number[] = [];
  const blocks: { first: number; at: number; weight: number }[] = [];
  let offset = 0;
  for (const [place, one] of layer.entries()) {
    const last = layer[place - 1];
    if (last !== undefined) offset += room(last, one);
    offsets.push(offset);
    const { at, weight } = wishes[place] ?? { at: 0, weight: 1 };
    let block = { first: place, at: at - offset, weight };
    for (let above = blocks.at(-1); above && above.at > block.at; above = blocks.at(-1)) {
      blocks.pop();
      const sum = above.weight + block.weight;
      block = { first: above.first, at: (above.at * above.weight + block.at * block.weight) / sum, weight: sum };
    }
    blocks.push(block);
  }
  for (const [number, block] of blocks.entries()) {
    const end = blocks[number + 1]?.first ?? layer.length;
    for (let place = block.first; place < end; place += 1)
      middles[layer[place] ?? 0] = block.at + (offsets[place] ?? 0);
  }
}
