import { act, renderHook } from "@testing-library/react";
import { expect, test } from "vitest";
import type { Column } from "./columns";
import { layoutFrom, useTableLayout } from "./layout";

test("what was kept of a table is what it begins with", () => {
  const kept = { shown: { note: false }, sizes: { name: 240 } };
  expect(layoutFrom(JSON.stringify(kept))).toEqual(kept);
});

test("what nobody can read is as if nothing had been kept", () => {
  const none = { shown: {}, sizes: {} };
  expect(layoutFrom(null)).toEqual(none);
  expect(layoutFrom("{")).toEqual(none);
  expect(layoutFrom("null")).toEqual(none);
  expect(layoutFrom('{"shown": {"a": "yes"}, "sizes": {"b": 12, "c": "wide"}}')).toEqual({
    shown: {},
    sizes: { b: 12 },
  });
});

test("only what somebody chose is kept: what has no room here may have it in a wider window", () => {
  const columns = ["name", "note", "extra"].map((id): Column<object> => ({ id, header: id, cell: () => null }));
  const { result, unmount } = renderHook(() => useTableLayout("kept", columns));
  act(() => result.current.setShown("note", false));
  expect(result.current.visibility).toEqual({ name: true, note: false, extra: true });
  expect(layoutFrom(localStorage.getItem("tradewind.table.kept")).shown).toEqual({ note: false });
  unmount();
  localStorage.removeItem("tradewind.table.kept");
});
