import { act, renderHook } from "@testing-library/react";
import { expect, test } from "vitest";
import type { Column, Sorting } from "./columns";
import { present, useModel } from "./useModel";

test("rows that are not here yet are no part of the model, and the others keep their places", () => {
  const [a, b] = [{ name: "a" }, { name: "b" }];
  const { data, places } = present([a, undefined, undefined, b]);
  expect(data).toEqual([a, b]);
  expect([0, 1, 2, 3].map((index) => places?.get(index))).toEqual([0, undefined, undefined, 1]);
});

test("a list that the server sorts always has an order: another press of a head turns it round", () => {
  const due: Column<object> = { id: "due", header: "Due", sort: "run_after", cell: () => null };
  const columns = [due];
  const after = (by: string): string | undefined => {
    let next: string | undefined;
    const sorting: Sorting = {
      by,
      onChange: (word) => {
        next = word;
      },
    };
    const given = { name: "runs", rows: [], columns, rowKey: () => "", sorting, isWhole: true };
    const { result, unmount } = renderHook(() => useModel(given));
    result.current.sortOf(due)?.toggle();
    unmount();
    return next;
  };
  expect(after("-run_after")).toBe("run_after");
  expect(after("run_after")).toBe("-run_after");
});

test("where all rows are here, each stands where it stands", () => {
  expect(present([{ name: "a" }]).places).toBeUndefined();
});

test("what has left the list is no longer chosen when it comes back", () => {
  const [a, b] = [{ name: "a" }, { name: "b" }];
  const columns: Column<{ name: string }>[] = [{ id: "name", header: "Name", cell: (row) => row.name }];
  const { result, rerender, unmount } = renderHook(
    ({ rows }) => useModel({ name: "x", rows, columns, rowKey: (row) => row.name, sorting: undefined, isWhole: true }),
    { initialProps: { rows: [a, b] } },
  );
  act(() => result.current.choose(0, false));
  act(() => result.current.choose(1, false));
  rerender({ rows: [b] }); // a search, or somebody has deleted it
  rerender({ rows: [a, b] });
  expect([0, 1].map(result.current.isChosen)).toEqual([false, true]);
  unmount();
});

test("a range is chosen from the row that was pressed last, and given up again in the same way", () => {
  const rows = ["a", "b", "c", "d"].map((name) => ({ name }));
  const columns: Column<{ name: string }>[] = [{ id: "name", header: "Name", cell: (row) => row.name }];
  const { result, unmount } = renderHook(() =>
    useModel({ name: "x", rows, columns, rowKey: (row) => row.name, sorting: undefined, isWhole: true }),
  );
  const chosen = (): boolean[] => [0, 1, 2, 3].map(result.current.isChosen);
  act(() => result.current.choose(3, false));
  act(() => result.current.choose(1, true));
  expect(chosen()).toEqual([false, true, true, true]);
  act(() => result.current.choose(2, true));
  expect(chosen()).toEqual([false, false, false, true]);
  unmount();
});
