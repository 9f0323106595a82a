import { expect, test } from "vitest";
import { deedsOf, refusalOfDeed } from "./deeds";

const led: unknown[] = [];
const deeds = deedsOf({
  go: (to, search) => void led.push([to, search]),
  logOut: () => undefined,
  showShortcuts: () => undefined,
  switchColours: () => undefined,
});
const pool = deeds.find((deed) => deed.label === "Add a pool");

test("adding something leads to its form", () => {
  pool?.act();
  expect(led).toEqual([["/pools", { add: 1 }]]);
});

test("what somebody may not do says what is missing", () => {
  if (!pool) throw new Error("no such deed");
  const viewer = { grants: [{ grant: "read:pool:*", role: "Viewer" }], scopes: null } as never;
  expect(refusalOfDeed(viewer, pool)).toContain("create:pool");
  expect(deeds.filter((deed) => refusalOfDeed(viewer, deed) === undefined).map((deed) => deed.label)).toContain(
    "Log out",
  );
});
