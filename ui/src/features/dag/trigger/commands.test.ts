import { expect, it } from "vitest";
import { asCli, asCurl, python, quoted } from "./commands";

const wish = { dagId: "sales", conf: { region: "it's" }, runId: "", logicalDate: null, note: "" };

it("a word with a quote in it stays one word of the shell", () => {
  expect(quoted("it's")).toBe("'it'\\''s'");
  expect(quoted("plain-1")).toBe("plain-1");
});

it("the command line has only what was chosen", () => {
  expect(asCli(wish)).toBe(`tradewind dags trigger sales \\\n  --conf '{"region":"it'\\''s"}'`);
  expect(asCli({ ...wish, conf: {}, runId: "r 1" })).toBe("tradewind dags trigger sales \\\n  --run-id 'r 1'");
});

it("curl sends a logical date always, as the API wants it", () => {
  expect(asCurl({ ...wish, conf: {} })).toContain(`-d '{"logical_date":null,"conf":{}}'`);
});

it("Python has its own words for null and true", () => {
  expect(python({ a: null, b: [true, 1], c: {} })).toBe('{\n    "a": None,\n    "b": [True, 1],\n    "c": {},\n}');
});
