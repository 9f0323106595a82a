import { expect, test } from "vitest";
import { present } from "./useModel";

test("rows that are not here yet are no part of the model, and the others keep their places", () => {
  const [a, b] = [{ name: "a" }, { name: "b" }];
  const { data, places } = present([a, undefined, undefined, b]);
  expect(data).toEqual([a, b]);
  expect([0, 1, 2, 3].map((index) => places?.get(index))).toEqual([0, undefined, undefined, 1]);
});

test("where all rows are here, each stands where it stands", () => {
  expect(present([{ name: "a" }]).places).toBeUndefined();
});
