import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Layout } from "./model";
import { type Seen, takeTurns } from "./turns";

const quick: Layout = { direction: "RIGHT", places: {} };
const better: Layout = { direction: "RIGHT", places: { a: { x: 1, y: 1, width: 1, height: 1 } } };
let seen: Seen[] = [];
let isInUse = false;

function begin(isBestNear: boolean) {
  let resolve: (layout: Layout) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const best = new Promise<Layout>((yes, no) => {
    [resolve, reject] = [yes, no];
  });
  const stop = takeTurns({ quick, best, isBestNear, isInUse: () => isInUse, show: (one) => seen.push(one) });
  return { resolve, reject, stop };
}

beforeEach(() => {
  vi.useFakeTimers();
  seen = [];
  isInUse = false;
});
afterEach(() => {
  vi.useRealTimers();
});

it("the quick picture is there at once, and the better one takes its place", async () => {
  const { resolve } = begin(false);
  expect(seen).toEqual([{ layout: quick, isFinal: false, isInstead: false }]);
  resolve(better);
  await vi.runAllTimersAsync();
  expect(seen.slice(1)).toEqual([{ layout: better, isFinal: true, isInstead: true, error: undefined }]);
});

it("nothing moves once somebody has begun to use the quick picture", async () => {
  const { resolve } = begin(false);
  isInUse = true;
  resolve(better);
  await vi.runAllTimersAsync();
  expect(seen.at(-1)).toEqual({ layout: quick, isFinal: true, isInstead: false, error: undefined });
});

it("what is not better moves nothing", async () => {
  const { resolve } = begin(false);
  resolve(quick);
  await vi.runAllTimersAsync();
  expect(seen.at(-1)).toMatchObject({ layout: quick, isFinal: true, isInstead: false });
});

it("a best picture that comes in a moment is the only one, also under a pointer", async () => {
  isInUse = true;
  const { resolve } = begin(true);
  await vi.advanceTimersByTimeAsync(20);
  expect(seen).toEqual([]);
  resolve(better);
  await vi.runAllTimersAsync();
  expect(seen).toEqual([{ layout: better, isFinal: true, isInstead: false, error: undefined }]);
});

it("a best picture that keeps everybody waiting is not waited for", async () => {
  const { resolve } = begin(true);
  await vi.advanceTimersByTimeAsync(500);
  expect(seen).toEqual([{ layout: quick, isFinal: false, isInstead: false }]);
  resolve(better);
  await vi.runAllTimersAsync();
  expect(seen).toHaveLength(2);
});

it("an error leaves the quick picture, and is told", async () => {
  const error = new Error("no worker");
  for (const isBestNear of [false, true]) {
    seen = [];
    begin(isBestNear).reject(error);
    await vi.runAllTimersAsync();
    expect(seen.at(-1)).toEqual({ layout: quick, isFinal: true, isInstead: false, error });
  }
});

it("nothing is shown to who has gone", async () => {
  const { resolve, stop } = begin(true);
  stop();
  resolve(better);
  await vi.runAllTimersAsync();
  expect(seen).toEqual([]);
});
