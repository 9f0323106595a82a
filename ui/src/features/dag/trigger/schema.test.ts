import { describe, expect, it } from "vitest";
import { fieldsOf, problemOf, withoutSecrets } from "./schema";

const control = (schema: object, value: unknown = null): string | undefined =>
  fieldsOf({ one: { value, schema } })[0]?.control;

describe("a field of the form", () => {
  it("is the control that fits the type", () => {
    expect(control({ type: "boolean" })).toBe("switch");
    expect(control({ type: ["null", "integer"] })).toBe("integer");
    expect(control({ type: "string", format: "date-time" })).toBe("datetime");
    expect(control({ type: "string", enum: ["a"] })).toBe("choice");
    expect(control({ type: "array", items: { type: "string" } })).toBe("list");
    expect(control({ type: "array", examples: ["a"] })).toBe("choices");
    expect(control({ type: "object" })).toBe("json");
  });
  it("is guessed from the default where there is no type", () => {
    expect(control({}, "text")).toBe("text");
    expect(control({}, 3)).toBe("integer");
    expect(control({}, { a: 1 })).toBe("json");
  });
  it("offers the values of an enum under their names", () => {
    const [field] = fieldsOf({ one: { value: "eu", schema: { enum: ["eu"], values_display: { eu: "Europe" } } } });
    expect(field?.options).toEqual([{ value: "eu", label: "Europe" }]);
  });
});

describe("what is wrong with a value", () => {
  it.each([
    [{ type: "integer" }, "x", "This has to be a whole number"],
    [{ type: "string" }, null, "A value is needed"],
    [{ type: ["null", "string"], minLength: 3 }, null, undefined],
    [{ type: "integer", minimum: 1 }, 0, "At least 1"],
    [{ type: "number", exclusiveMaximum: 2 }, 2, "Less than 2"],
    [{ type: "number", multipleOf: 0.1 }, 0.3, undefined],
    [{ type: "string", maxLength: 2 }, "abc", "2 characters at most"],
    [{ type: "string", pattern: "^a" }, "b", "It has to match ^a"],
    [{ type: "string", pattern: "(?P<x>a)" }, "b", undefined],
    [
      { type: "string", format: "date-time" },
      "2026-11-22T09:00",
      "A moment with its zone, such as 2026-11-22T09:00:00Z",
    ],
    [{ enum: ["a", "b"] }, "c", "One of a, b"],
    [{ type: "array", uniqueItems: true }, ["a", "a"], "Each entry only once"],
    [{ type: "array", items: { type: "integer" } }, [1, "b"], "Entry 2: This has to be a whole number"],
    [{ type: "object", required: ["mode"] }, {}, "mode is missing"],
    [{ type: "object", properties: { n: { maximum: 3 } } }, { n: 4 }, "n: At most 3"],
  ])("%o %o", (schema, value, words) => {
    expect(problemOf(schema, value)).toBe(words);
  });
});

describe("what is kept in the browser", () => {
  it("has no secrets", () => {
    const fields = fieldsOf({
      region: { value: "eu", schema: { type: "string" } },
      token: { value: "", schema: { type: "string", format: "password" } },
      pin: { value: "", schema: { type: "string", writeOnly: true } },
    });
    expect(withoutSecrets(fields, { region: "us", token: "t0p", pin: "1234" })).toEqual({ region: "us" });
  });
});
