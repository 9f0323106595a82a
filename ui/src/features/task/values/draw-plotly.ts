// Draws plotly's figures, by the bundle that makes no code of texts: the page's policy lets nothing be compiled.
import plotlyAddress from "plotly.js-strict-dist-min/plotly-strict.min.js?url";
import type { Draw, Look } from "./look";

interface Plotly {
  newPlot(element: HTMLElement, figure: object): Promise<unknown>;
  purge(element: HTMLElement): void;
}

type Part = Record<string, unknown>;

const MAPS = /^choropleth|geo$|mapbox$|^(?:scatter|density)map$/;
const CONFIG = { responsive: true, displaylogo: false, showSendToCloud: false, showEditInChartStudio: false };

let loading: Promise<Plotly> | undefined;

export const drawPlotly: Draw = async (element, drawing, look) => {
  const map = partsOf(drawing.data).find((trace) => MAPS.test(String(trace.type ?? "")));
  if (map) throw new Error(`the map of a ${String(map.type)} would come from another host, and pages ask none`);
  const plotly = await load();
  await plotly.newPlot(element, {
    data: partsOf(drawing.data),
    layout: layoutOf(partOf(drawing.layout), look),
    frames: partsOf(drawing.frames),
    config: CONFIG,
  });
  return () => plotly.purge(element);
};

/** Megabytes, so only where there is something to draw, and once; it is not made for being a module. */
function load(): Promise<Plotly> {
  loading ??= new Promise<Plotly>((done, failed) => {
    const script = document.createElement("script");
    script.src = plotlyAddress;
    script.onload = () => done((window as unknown as { Plotly: Plotly }).Plotly);
    script.onerror = () => {
      loading = undefined;
      script.remove();
      failed(new Error("what draws it could not be loaded; reload the page"));
    };
    document.head.append(script);
  });
  return loading;
}

/** The layout in the colours of the page, but for what the author chose for this figure. */
export function layoutOf(layout: Part, look: Look): Part {
  const template = partOf(layout.template);
  const themed = partOf(template.layout);
  const axis = { gridcolor: look.line, linecolor: look.line, zerolinecolor: look.line };
  const axisOf = (name: string): Part => ({ ...partOf(themed[name]), ...axis });
  const scene = partOf(themed.scene);
  const ground = { ...axis, backgroundcolor: look.ground };
  return {
    margin: { t: layout.title ? 48 : 24, r: 24, b: 44, l: 52 },
    ...layout,
    images: partsOf(layout.images).filter((image) => String(image.source).startsWith("data:")),
    template: {
      ...template,
      layout: {
        ...themed,
        paper_bgcolor: "transparent",
        plot_bgcolor: "transparent",
        font: { ...partOf(themed.font), color: look.ink },
        hoverlabel: { ...partOf(themed.hoverlabel), align: "left" },
        xaxis: axisOf("xaxis"),
        yaxis: axisOf("yaxis"),
        polar: { ...partOf(themed.polar), bgcolor: "transparent", angularaxis: axis, radialaxis: axis },
        scene: {
          ...scene,
          xaxis: { ...partOf(scene.xaxis), ...ground },
          yaxis: { ...partOf(scene.yaxis), ...ground },
          zaxis: { ...partOf(scene.zaxis), ...ground },
        },
      },
    },
  };
}

function partOf(value: unknown): Part {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as Part) : {};
}

function partsOf(value: unknown): Part[] {
  return Array.isArray(value) ? value.map(partOf) : [];
}
