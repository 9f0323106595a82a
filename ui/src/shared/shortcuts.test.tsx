import { cleanup, render } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { type Shortcut, useNamedShortcuts, useShortcuts } from "./shortcuts";

afterEach(cleanup);

function Part({ shortcuts }: { shortcuts: Shortcut[] }) {
  useShortcuts(shortcuts);
  return null;
}

function press(...keys: string[]): void {
  for (const key of keys) document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
}

test("keys do what a part of the page says for as long as it is there", () => {
  const done: string[] = [];
  const page = render(<Part shortcuts={[{ keys: "g d", words: "Go", act: () => void done.push("go") }]} />);
  press("g", "d");
  page.unmount();
  press("g", "d");
  expect(done).toEqual(["go"]);
});

test("where two parts want a key the newer one has it, unless it does not mean it here", () => {
  const done: string[] = [];
  let isMeant = true;
  render(<Part shortcuts={[{ keys: "j", words: "Down", act: () => void done.push("page") }]} />);
  render(<Part shortcuts={[{ keys: "j", words: "Down", act: () => isMeant && done.push("table") }]} />);
  press("j");
  isMeant = false;
  press("j");
  expect(done).toEqual(["table", "page"]);
});

test("a key of a longer shortcut is not the shortcut that it alone would be", () => {
  const done: string[] = [];
  render(
    <Part
      shortcuts={[
        { keys: "g j", words: "Health", act: () => void done.push("health") },
        { keys: "j", words: "Down", act: () => void done.push("down") },
      ]}
    />,
  );
  press("g", "j", "j");
  expect(done).toEqual(["health", "down"]);
});

test("the overview names what there is, also what another part hears", () => {
  function Overview() {
    return <p>{useNamedShortcuts().map((one) => `${one.keys}: ${one.words}`)}</p>;
  }
  const page = render(
    <>
      <Part shortcuts={[{ keys: "Enter", words: "Open the row" }]} />
      <Overview />
    </>,
  );
  expect(page.container.textContent).toBe("Enter: Open the row");
});
