import { afterEach, expect, test } from "vitest";
import { stayWithin } from "./stay-within";

afterEach(() => document.body.replaceChildren());

/** Press Tab on one of three parts of a dialog, which has a neighbour that is out of reach; what has the focus then. */
function pressedOn(place: number, shiftKey = false, key = "Tab"): { focus: string | undefined; isKept: boolean } {
  document.body.innerHTML =
    "<div><a href='/a'>a</a><button type='button' disabled>off</button><button type='button'>b</button><a href='/c'>c</a></div><a href='/d'>d</a>";
  const within = document.querySelector("div") as HTMLElement;
  within.querySelectorAll<HTMLElement>("a, button:not(:disabled)")[place]?.focus();
  let isKept = false;
  stayWithin({ key, shiftKey, currentTarget: within, preventDefault: () => (isKept = true) });
  return { focus: document.activeElement?.textContent ?? undefined, isKept };
}

test("behind the last part comes the first, and before the first the last", () => {
  expect(pressedOn(2)).toEqual({ focus: "a", isKept: true });
  expect(pressedOn(0, true)).toEqual({ focus: "c", isKept: true });
});

test("between the ends the browser goes on by itself", () => {
  expect(pressedOn(1)).toEqual({ focus: "b", isKept: false });
  expect(pressedOn(0)).toEqual({ focus: "a", isKept: false });
  expect(pressedOn(2, true)).toEqual({ focus: "c", isKept: false });
});

test("other keys are not heard", () => {
  expect(pressedOn(2, false, "Enter")).toEqual({ focus: "c", isKept: false });
});
