import { expect, test } from "vitest";
import { safe } from "./next";

const HERE = "https://tradewind.example";

test.each(["/", "/dags/etl?tab=code#line-3", "/w/team/dags"])("a path of this server is followed: %s", (path) => {
  expect(safe(path, HERE)).toBe(path);
});

test.each([
  undefined,
  "",
  "dags",
  "//elsewhere.example",
  "/\t/elsewhere.example",
  "/\n/elsewhere.example",
  "/\\elsewhere.example",
  "\t//elsewhere.example",
  "https://elsewhere.example/",
  "javascript:alert(1)",
  "//",
  "/..//elsewhere.example",
])("what browsers read as the name of another host leads home: %j", (path) => {
  expect(safe(path, HERE)).toBe("/");
});
