// Draws specifications of Vega and Vega-Lite. Expressions are interpreted, not compiled: the page's policy lets nothing be.
import * as vega from "vega";
import { expressionInterpreter } from "vega-interpreter";
import { compile, type TopLevelSpec } from "vega-lite";
import type { Draw, Look } from "./look";

const QUIET = vega.logger(vega.Error);
/** What of the window plots are dragged and sized by; what somebody types there is nothing to them. */
const OF_THE_WINDOW = ["pointermove", "pointerup", "mousemove", "mouseup", "touchmove", "touchend", "resize"];

export const drawVega: Draw = (element, drawing, look) => draw(element, { ...drawing } as vega.Spec, look);

export const drawVegaLite: Draw = async (element, drawing, look) => {
  // One plot takes the width that there is; of several beside one another each keeps its own.
  const isOne = "mark" in drawing || "layer" in drawing;
  const wide = { width: "container", autosize: { type: "fit-x", contains: "padding" }, ...drawing };
  return draw(element, compiled(isOne ? wide : drawing, look), look);
};

function compiled(drawing: Record<string, unknown>, look: Look): vega.Spec {
  try {
    return compile(drawing as unknown as TopLevelSpec, { config: configOf(look) as never, logger: QUIET }).spec;
  } catch (error) {
    throw new Error(`Vega-Lite does not understand it (${error instanceof Error ? error.message : String(error)})`);
  }
}

async function draw(element: HTMLElement, spec: vega.Spec, look: Look): Promise<() => void> {
  const refused = new Set<string>();
  const loader = vega.loader({ target: "_blank", rel: "noreferrer" } as vega.LoaderOptions);
  loader.load = (uri) => {
    refused.add(uri);
    return Promise.reject(new Error(`its data is at ${uri}, and pages ask no other host`));
  };
  const runtime = vega.parse(spec, configOf(look), { ast: true });
  // A specification may name any element of the page to listen to, or to be emptied for its inputs: not here.
  const eventConfig = { ...runtime.eventConfig, bind: "container", selector: false, window: OF_THE_WINDOW };
  const view = new vega.View(
    { ...runtime, eventConfig } as vega.Runtime,
    {
      container: element,
      renderer: "svg",
      hover: true,
      loader,
      logger: QUIET,
      expr: expressionInterpreter,
    } as vega.ViewOptions,
  );
  try {
    await view.runAsync();
    const [first] = refused;
    if (first) throw new Error(`its data is at ${first}, and pages ask no other host; put the data into the value`);
  } catch (error) {
    view.finalize();
    element.replaceChildren();
    throw error;
  }
  return () => {
    view.finalize();
    element.replaceChildren();
  };
}

function configOf({ ink, faint, line, accent }: Look): vega.Config {
  return {
    background: "transparent",
    title: { color: ink, subtitleColor: faint },
    style: {
      "guide-label": { fill: faint },
      "guide-title": { fill: ink },
      "group-title": { fill: ink },
    },
    axis: { domainColor: line, gridColor: line, tickColor: line },
    mark: { color: accent },
    group: { stroke: line },
    view: { stroke: line },
  } as vega.Config;
}
