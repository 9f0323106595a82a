// ELK does one graph after the other, and what one of them costs is not the next one's.
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Box } from "./model";

const box = (id: string): Box => ({ id, parent: null, width: 100, height: 30 });

interface Asked {
  id: number;
  cmd: string;
  graph?: { children: { id: string }[] };
}

let begun = 0;

/** A browser's worker that gives each graph back as it is; one with a box named `hard` it thinks about for ever. */
class Thinker {
  onmessage: ((answer: { data: unknown }) => void) | undefined;
  isBusy = false;
  constructor() {
    begun += 1;
  }
  addEventListener(): void {}
  terminate(): void {
    this.isBusy = true;
  }
  postMessage({ id, graph }: Asked): void {
    this.isBusy ||= graph?.children.some((one) => one.id === "hard") ?? false;
    if (!this.isBusy) queueMicrotask(() => this.onmessage?.({ data: { id, data: graph } }));
  }
}

beforeEach(async () => {
  await import("elkjs/lib/elk-api"); // takes real time
  vi.useFakeTimers();
  vi.stubGlobal("Worker", Thinker);
  vi.resetModules();
  begun = 0;
});
afterEach(() => {
  vi.resetModules(); // what works with a stubbed worker is nobody else's
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it("a graph that takes too long is given up, and the one behind it is done by another worker", async () => {
  const { elkPlaces } = await import("./elk");
  const hard = elkPlaces([box("hard")], [], "RIGHT").catch((error: unknown) => String(error));
  const next = elkPlaces([box("a")], [], "RIGHT").catch((error: unknown) => String(error));
  for (let second = 0; second < 12; second += 1) await vi.advanceTimersByTimeAsync(1000);
  expect(await hard).toContain("more than 10 s");
  expect(await next).toHaveProperty("a");
  expect(begun).toBe(2);
});
