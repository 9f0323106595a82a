import { expect, test } from "vitest";
import { ADMIN, MAIN } from "./nav";

test("no two pages have the same shortcut", () => {
  const keys = [...MAIN, ...ADMIN].flatMap((place) => (place.keys ? [place.keys] : []));
  expect(new Set(keys).size).toBe(keys.length);
});
