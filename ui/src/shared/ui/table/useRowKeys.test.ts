// Keys are about the row that has the focus, also when rows have come or gone above it.
import { act, renderHook } from "@testing-library/react";
import type { KeyboardEvent } from "react";
import { expect, test } from "vitest";
import { useRowKeys } from "./useRowKeys";

test("the row with the focus is chosen and walked on from, wherever it stands by now", () => {
  const chosen: unknown[] = [];
  const scrolled: number[] = [];
  const given = {
    scroller: { current: null },
    count: 9,
    scrollTo: (index: number) => void scrolled.push(index),
    onChoose: (index: number, isRange: boolean) => void chosen.push([index, isRange]),
    chooseNone: () => void chosen.push("none"),
  };
  const { result, unmount } = renderHook(() => useRowKeys(given));
  act(() => result.current.onActive(1));
  const row = document.createElement("div");
  row.setAttribute("role", "row");
  row.setAttribute("aria-rowindex", "5"); // the fourth of the list, behind its head
  const press = (key: string, shiftKey = false): void => {
    const event = { target: row, key, shiftKey, preventDefault: () => undefined };
    act(() => result.current.onKeyDown(event as unknown as KeyboardEvent));
  };
  press("x");
  press(" ");
  press("X", true);
  press("Escape");
  expect(chosen).toEqual([[3, false], [3, false], [3, true], "none"]);
  press("j");
  expect(scrolled).toEqual([4]);
  unmount();
});
