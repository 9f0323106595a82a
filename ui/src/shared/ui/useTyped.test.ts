import { act, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { useTyped } from "./useTyped";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A field of a page whose address says what it was told when it is let. */
function field() {
  const told: (string | undefined)[] = [];
  const { result, rerender, unmount } = renderHook(
    // As pages do: another function each time that they are drawn.
    ({ value }) => useTyped(value, (wanted) => told.push(wanted)),
    { initialProps: { value: undefined as string | undefined } },
  );
  return {
    told,
    shown: () => result.current[0],
    type: (words: string) => act(() => result.current[1](words)),
    pass: (ms: number) => act(() => void vi.advanceTimersByTime(ms)),
    address: (value: string | undefined) => rerender({ value }),
    unmount,
  };
}

test("what was typed since stays when the address says what it was told before", () => {
  const { type, pass, address, shown, told, unmount } = field();
  type("sh");
  pass(200);
  type("sho");
  pass(200);
  type("shop");
  address("sh");
  expect(shown()).toBe("shop");
  address("sho");
  expect(shown()).toBe("shop");
  pass(200);
  expect(told).toEqual(["sh", "sho", "shop"]);
  unmount();
});

test("what somebody else puts into the address is shown", () => {
  const { type, pass, address, shown, told, unmount } = field();
  type("shop ");
  pass(200);
  address("shop");
  expect(shown()).toBe("shop ");
  address(undefined); // all filters were taken away, or one went back
  expect(shown()).toBe("");
  pass(200);
  expect(told).toEqual(["shop"]);
  unmount();
});

test("a page that is drawn again and again does not keep it from being told", () => {
  const { type, pass, address, told, unmount } = field();
  type("shop");
  for (let time = 0; time < 3; time += 1) {
    pass(100);
    address(undefined);
  }
  expect(told).toEqual(["shop"]);
  unmount();
});
