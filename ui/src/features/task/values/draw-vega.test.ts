// Specifications of Vega come from tasks: they are drawn in their place, and have no say over the page around it.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { drawVega } from "./draw-vega";

const LOOK = { ink: "#111111", faint: "#777777", line: "#cccccc", ground: "#ffffff", accent: "#0066cc" };
const SPEC = { $schema: "https://vega.github.io/schema/vega/v6.json", width: 10, height: 10 };
let main: HTMLElement;
let plot: HTMLElement;

beforeEach(() => {
  main = document.createElement("main");
  main.textContent = "the page";
  plot = document.createElement("div");
  document.body.append(main, plot);
});
afterEach(() => {
  main.remove();
  plot.remove();
});

test("its inputs stand in the plot, wherever it wants them, and no element of the page is emptied for them", async () => {
  const bind = { input: "range", min: 0, max: 9, element: "main" };
  const spec = { ...SPEC, config: { events: { bind: "any" } }, signals: [{ name: "size", value: 1, bind }] };
  const remove = await drawVega(plot, spec, LOOK);
  expect(main.textContent).toBe("the page");
  expect(plot.querySelector("input")).not.toBe(null);
  remove();
});

test("it hears nothing that is typed or done elsewhere on the page", async () => {
  const heard = [vi.spyOn(window, "addEventListener"), vi.spyOn(main, "addEventListener")];
  const on = ["window:keydown", "main:click", "window:mouseup"].map((events) => ({ events, update: "event.type" }));
  const config = { events: { window: true, selector: true } };
  const remove = await drawVega(plot, { ...SPEC, config, signals: [{ name: "last", value: "", on }] }, LOOK);
  const types = heard.flatMap((spy) => spy.mock.calls.map(([type]) => type));
  expect(types).toContain("mouseup"); // what is dragged is let go anywhere
  expect(types).not.toContain("keydown");
  expect(types).not.toContain("click");
  remove();
});
