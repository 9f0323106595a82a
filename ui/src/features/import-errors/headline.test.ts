import { describe, expect, it } from "vitest";
import { headline } from "./headline";

const TRACE = `Traceback (most recent call last):
  File "/opt/tradewind/parsing/load.py", line 90, in load
    spec.loader.exec_module(module)
  File "/dags/sales.py", line 3, in <module>
    from shop import prices
  File "/dags/shop/__init__.py", line 9, in <module>
    import numpi
ModuleNotFoundError: No module named 'numpi'
`;

describe("the headline of a traceback", () => {
  it("is its last error, with the deepest line of the file itself", () => {
    expect(headline(TRACE, "sales.py")).toEqual({
      error: "ModuleNotFoundError: No module named 'numpi'",
      place: "line 3\n    from shop import prices",
    });
  });
  it("names the function where there is one", () => {
    const trace = 'Traceback:\n  File "/dags/a.py", line 7, in build\n    1 / 0\nZeroDivisionError: division by zero';
    expect(headline(trace, "/dags/a.py").place).toBe("line 7, in build\n    1 / 0");
  });
  it("of a syntax error points at the line", () => {
    const trace = '  File "/dags/a.py", line 2\n    def f(:\n          ^\nSyntaxError: invalid syntax';
    expect(headline(trace, "a.py")).toEqual({ error: "SyntaxError: invalid syntax", place: "line 2\n    def f(:" });
  });
  it("of words that are no traceback is their last line", () => {
    expect(headline("it took longer than 30 s", "a.py")).toEqual({
      error: "it took longer than 30 s",
      place: undefined,
    });
  });
});
