// A plot, drawn once it is in sight by what its kind needs; as a tree, with the reason, where it can't be drawn.
import { useComputedColorScheme } from "@mantine/core";
import { useIntersection } from "@mantine/hooks";
import { useEffect, useRef, useState } from "react";
import { JsonTree } from "@/shared/ui/JsonTree";
import { lookNow } from "./look";
import type { Chart } from "./shapes";
import classes from "./Values.module.css";

const DRAWN_BY = {
  plotly: () => import("./draw-plotly").then((found) => found.drawPlotly),
  vega: () => import("./draw-vega").then((found) => found.drawVega),
  "vega-lite": () => import("./draw-vega").then((found) => found.drawVegaLite),
};

export function ChartView({ chart, name }: { chart: Chart; name: string }) {
  const scheme = useComputedColorScheme();
  const { ref, entry } = useIntersection({ rootMargin: "200px" });
  const [isSeen, setSeen] = useState(false);
  /** Why it can't be drawn; another plot in its place is tried again. */
  const [fault, setFault] = useState<{ of: Chart; words: string }>();
  const [isDrawn, setDrawn] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (entry?.isIntersecting) setSeen(true);
  }, [entry?.isIntersecting]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another scheme is drawn in other colours
  useEffect(() => {
    const element = place.current;
    if (!element || !isSeen) return;
    let isGone = false;
    let end = (): void => undefined;
    const work = async (): Promise<void> => {
      const draw = await DRAWN_BY[chart.kind]();
      if (isGone) return;
      const remove = await draw(element, chart.drawing, lookNow());
      if (isGone) remove();
      else {
        end = remove;
        setDrawn(true);
      }
    };
    work().catch((error: unknown) => {
      if (!isGone) setFault({ of: chart, words: error instanceof Error ? error.message : String(error) });
    });
    return () => {
      isGone = true;
      end();
    };
  }, [chart, isSeen, scheme]);
  if (fault?.of === chart) {
    return (
      <>
        <p className={classes.word} role="note">
          This plot can't be drawn: {fault.words}.
        </p>
        <JsonTree value={chart.drawing} />
      </>
    );
  }
  return (
    <div ref={ref} className={classes.chart} role="figure" aria-label={`Plot ${name}`} data-drawn={isDrawn}>
      <div ref={place} className={classes.drawing} data-kind={chart.kind} />
    </div>
  );
}
