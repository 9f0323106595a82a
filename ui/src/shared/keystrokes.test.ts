import { expect, test } from "vitest";
import { isTyping, pressed } from "./keystrokes";

const known = new Set(["g d", "g h", "?"]);

test("two keys one after the other are one shortcut", () => {
  const first = pressed("", "g", known);
  expect(first).toEqual({ done: undefined, rest: "g" });
  expect(pressed(first.rest, "d", known)).toEqual({ done: "g d", rest: "" });
});

test("a key that leads nowhere begins anew", () => {
  expect(pressed("g", "x", known)).toEqual({ done: undefined, rest: "" });
  expect(pressed("g", "?", known)).toEqual({ done: "?", rest: "" });
  expect(pressed("g", "g", known)).toEqual({ done: undefined, rest: "g" });
});

test("what is typed into a field is no shortcut", () => {
  expect(isTyping(document.createElement("input"))).toBe(true);
  expect(isTyping(document.createElement("button"))).toBe(false);
  expect(isTyping(null)).toBe(false);
});

test("a box that is ticked takes no text", () => {
  document.body.innerHTML = "<input type='checkbox'><input type='radio'><input type='search'>";
  expect([...document.querySelectorAll("input")].map(isTyping)).toEqual([false, false, true]);
  document.body.replaceChildren();
});
