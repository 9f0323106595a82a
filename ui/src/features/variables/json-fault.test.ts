import { describe, expect, it } from "vitest";
import { jsonFault } from "./json-fault";

describe("a value", () => {
  it.each(["plain", "", "3", '{"a": [1, 2]}', "[]"])("like %s is fine", (value) => {
    expect(jsonFault(value)).toBeUndefined();
  });
  it.each(['{"a": 1,}', "[1, 2", "{a: 1}"])("like %s is told to be broken JSON", (value) => {
    expect(jsonFault(value)).toMatch(/begins like JSON and is not/);
  });
});
