// Who lays a graph out: this page what is small, a worker what would keep the page from listening.
import { renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Box, Line } from "./model";

let asked = 0;

/** A browser's worker, which never answers. */
class Silent {
  postMessage(): void {
    asked += 1;
  }
}

beforeEach(() => {
  asked = 0;
  vi.resetModules(); // files share theirs: ELK may have been made ready by another's tests
  vi.stubGlobal("Worker", Silent);
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const nobody = (): boolean => false;

/** So many boxes that each lead to as many others. */
function crossed(count: number): { boxes: Box[]; lines: Line[] } {
  const numbers = [...Array(count).keys()];
  const boxes = numbers.flatMap((one) =>
    ["a", "b"].map((side): Box => ({ id: `${side}${one}`, parent: null, width: 100, height: 44 })),
  );
  return { boxes, lines: numbers.flatMap((one) => numbers.map((other) => ({ from: `a${one}`, to: `b${other}` }))) };
}

it.each([
  ["few boxes are laid out at once", crossed(5), 0],
  ["many boxes are laid out beside the page", crossed(126), 1],
  ["many lines between few boxes, too", crossed(60), 1],
])("%s", async (_, { boxes, lines }, workers) => {
  const { useLayout } = await import("./useLayout");
  const { result, unmount } = renderHook(() => useLayout(boxes, lines, nobody));
  expect(asked).toBe(workers);
  expect(result.current.layout === undefined).toBe(workers === 1);
  unmount();
});
