// A chart by uPlot, in the page's colours and as wide as its place.
import "uplot/dist/uPlot.min.css";
import { useComputedColorScheme } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useEffect, useRef } from "react";
import Plot from "uplot";
import { duration } from "@/shared/format/time";
import classes from "./Chart.module.css";

export interface Line {
  label: string;
  /** Name of a colour of theme.css: `--state-good`. */
  colour: string;
  values: (number | null)[];
  /** Points without a line between them. */
  isDots?: boolean;
  /** The area below it is filled. */
  isFilled?: boolean;
}

/** Seconds over the places of runs; `names` says what each place is called. */
export function Chart({
  label,
  names,
  lines,
  height = 230,
  onPick,
}: {
  label: string;
  names: string[];
  lines: Line[];
  height?: number;
  onPick?: (place: number) => void;
}) {
  const { ref: place, width } = useElementSize<HTMLDivElement>();
  const host = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme("light");
  const pick = useRef(onPick);
  pick.current = onPick;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another scheme has other colours under the same names
  useEffect(() => {
    const element = host.current;
    if (!element || width < 50) return;
    const style = getComputedStyle(document.documentElement);
    const colour = (name: string): string => style.getPropertyValue(name).trim();
    const axis = { stroke: colour("--faint"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
    const plot = new Plot(
      {
        width,
        height,
        scales: { x: { time: false } },
        cursor: { points: { size: 7 }, drag: { x: true, y: false } },
        axes: [
          { ...axis, values: (_, marks) => marks.map((mark) => (Number.isInteger(mark) ? (names[mark] ?? "") : "")) },
          { ...axis, size: 74, values: (_, marks) => marks.map((mark) => duration(mark)) },
        ],
        series: [
          { label: "Run", value: (_, at) => (at === null ? "–" : (names[at] ?? "")) },
          ...lines.map((line) => ({
            label: line.label,
            stroke: colour(line.colour),
            width: 1.5,
            spanGaps: false,
            value: (_: Plot, at: number | null) => (at === null ? "–" : duration(at)),
            ...(line.isFilled ? { fill: colour(`${line.colour}-soft`) } : {}),
            ...(line.isDots
              ? { paths: () => null, points: { show: true, size: 8, fill: colour(line.colour) } }
              : { points: { show: names.length < 80, size: 5 } }),
          })),
        ],
      },
      [names.map((_, at) => at), ...lines.map((line) => line.values)],
      element,
    );
    const click = (): void => {
      const at = plot.cursor.idx;
      if (typeof at === "number") pick.current?.(at);
    };
    plot.over.addEventListener("click", click);
    return () => plot.destroy();
  }, [width, height, names, lines, scheme]);
  return (
    <div ref={place} className={classes.chart}>
      <div ref={host} role="img" aria-label={label} style={{ minHeight: height }} />
    </div>
  );
}
