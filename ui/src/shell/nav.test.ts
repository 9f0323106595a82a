import { expect, test } from "vitest";
import { ACCOUNT, ADMIN, MAIN } from "./nav";

test("no two pages have the same shortcut", () => {
  const keys = [...MAIN, ...ADMIN, ACCOUNT].flatMap((place) => (place.keys ? [place.keys] : []));
  expect(new Set(keys).size).toBe(keys.length);
});
