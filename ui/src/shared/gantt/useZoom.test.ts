import { act, renderHook } from "@testing-library/react";
import type { PointerEvent } from "react";
import { expect, test } from "vitest";
import { useZoom } from "./useZoom";

const WHOLE = { from: 0, to: 100_000 };
const TRACK = { left: 0, right: 100, width: 100 } as DOMRect;

const pointer = (clientX: number, buttons: number) =>
  ({ clientX, buttons, button: 0, pointerId: 1, currentTarget: { setPointerCapture: () => undefined } }) as never;

test("the time goes along with a pointer that is held, and no longer when it is let go, whether or not a click follows", () => {
  const { result, unmount } = renderHook(() =>
    useZoom({ whole: WHOLE, time: "10-20", onTime: () => undefined, scroller: { current: null }, track: () => TRACK }),
  );
  const hear = (name: "onPointerDown" | "onPointerMove" | "onPointerUp", event: PointerEvent): void =>
    act(() => result.current.drag[name](event));
  hear("onPointerDown", pointer(50, 1));
  hear("onPointerMove", pointer(40, 1));
  expect(result.current.shown).toEqual({ from: 11_000, to: 21_000 });
  hear("onPointerUp", pointer(40, 0));
  hear("onPointerMove", pointer(10, 0)); // a pen over the chart: it makes no click where it was drawn along
  expect(result.current.shown).toEqual({ from: 11_000, to: 21_000 });
  unmount();
});
