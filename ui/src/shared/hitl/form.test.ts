// Questions to people: which fields they have, what may be answered.
import { expect, test } from "vitest";
import { answerOf, type Field, faultOf, fieldsOf } from "./form";

function field(schema: Record<string, unknown>, value?: unknown): Field {
  return fieldsOf({ x: { value, schema } })[0] as Field;
}

test("the schema says what a field is", () => {
  const kinds = [
    { type: "boolean" },
    { enum: ["a", "b"] },
    { type: "integer" },
    { type: ["null", "string"] },
    { type: "object" },
  ];
  expect(kinds.map((schema) => field(schema).kind)).toEqual(["boolean", "choice", "number", "text", "json"]);
});

test("a value outside of its bounds is told as one types", () => {
  const budget = field({ type: "integer", minimum: 0 }, 5);
  expect([faultOf(budget, -1), faultOf(budget, 1.5), faultOf(budget, ""), faultOf(budget, 3)]).toEqual([
    "At least 0.",
    "This must be a whole number.",
    "This is needed.",
    "",
  ]);
});

test("what may be left out is sent as null, numbers as numbers, JSON as what it says", () => {
  expect(answerOf(field({ type: ["null", "string"] }), "")).toBe(null);
  expect(answerOf(field({ type: "number" }), "2.5")).toBe(2.5);
  expect(answerOf(field({ type: "array" }), "[1]")).toEqual([1]);
});
