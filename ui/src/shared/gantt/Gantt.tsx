// Tasks on one time axis: waiting apart from working, each attempt a numbered piece, arrows for what waited for what.
import { useElementSize } from "@mantine/hooks";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef } from "react";
import { absolute, duration } from "@/shared/format/time";
import { relatedOf } from "@/shared/graph/drawing";
import { useNow } from "@/shared/ui/useNow";
import classes from "./Gantt.module.css";
import { GanttLine } from "./GanttLine";
import { Key } from "./Key";
import type { GanttRow } from "./model";
import { type Arrow, arrowsOf, marksOf, pathOf, pixelOf, type Span, shareOf, spanOf } from "./scale";
import { useZoom } from "./useZoom";
import { isPart, marksIn } from "./zoom";

const ROW_PX = 30;
const NEVER_MS = 3_600_000;
const NOTHING: ReadonlySet<string> = new Set();

export interface GanttProps {
  label: string;
  rows: GanttRow[];
  /** Whether something goes on: the axis then reaches to the present. */
  isLive: boolean;
  /** When it should be over, as far as one can tell. */
  predictedEnd?: number | undefined;
  selected?: string | undefined;
  onSelect: (key: string) => void;
  onFold: (group: string) => void;
  /** What the pointer is over, here or elsewhere: its arrows are shown. */
  hovered?: string | undefined;
  onHover?: (key: string | undefined) => void;
  /** Beside the name of a row. */
  aside?: (row: GanttRow) => React.ReactNode;
  /** The part of the time that is shown, as the address has it; without `onTime` it is always the whole. */
  time?: string | undefined;
  onTime?: (time: string | undefined) => void;
  /** The most that it is high. */
  maxHeight?: string;
}

export function Gantt(given: GanttProps) {
  const { rows, isLive, selected, hovered } = given;
  const now = useNow(isLive ? 1000 : NEVER_MS);
  const whole = spanOf(rows, isLive ? now : undefined, given.predictedEnd);
  const scroller = useRef<HTMLDivElement>(null);
  const { ref: track, width } = useElementSize();
  const zoom = useZoom({
    whole,
    time: given.time,
    onTime: given.onTime,
    scroller,
    track: () => scroller.current?.querySelector("[data-track]")?.getBoundingClientRect(),
  });
  const span = zoom.shown;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 8,
    scrollPaddingStart: ROW_PX,
  });
  const at = rows.findIndex((row) => row.key === selected);
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at);
  }, [at, virtual]);
  const arrows = useMemo(() => arrowsOf(rows, hovered ?? selected), [rows, hovered, selected]);
  const related = useMemo(() => relatedRows(rows, selected), [rows, selected]);
  const move = (by: number): void => {
    for (let next = at < 0 && by < 0 ? -1 : at + by; next >= 0 && next < rows.length; next += by) {
      const row = rows[next];
      if (row?.kind !== "task") continue;
      given.onSelect(row.key);
      return;
    }
  };
  const height = rows.length * ROW_PX;
  return (
    <div className={classes.whole}>
      <div
        ref={scroller}
        className={classes.scroller}
        style={given.maxHeight === undefined ? {} : { maxHeight: given.maxHeight }}
        role="grid"
        aria-label={given.label}
        aria-rowcount={rows.length + 1}
        tabIndex={0}
        onKeyDown={(event) => {
          const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
          if (by === 0) return zoom.onKeyDown(event);
          event.preventDefault();
          move(by);
        }}
        onPointerLeave={() => given.onHover?.(undefined)}
        data-part={zoom.isPart || undefined}
        {...zoom.drag}
      >
        <div className={classes.head} role="row" aria-rowindex={1}>
          <span role="columnheader">Task</span>
          <span role="columnheader" className={classes.axis} aria-label="Time since the first task">
            {whole && span && <Marks whole={whole} span={span} width={width} />}
          </span>
          <span role="columnheader" className={classes.took}>
            Took
          </span>
        </div>
        <div className={classes.body} role="presentation" style={{ height }}>
          <div className={classes.lines} aria-hidden>
            <div ref={track} data-track>
              {whole && span && width > 0 && (
                <Lines
                  whole={whole}
                  span={span}
                  width={width}
                  height={height}
                  arrows={arrows}
                  predicted={isLive ? given.predictedEnd : undefined}
                />
              )}
            </div>
          </div>
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index];
            return row ? (
              <GanttLine
                key={row.key}
                row={row}
                index={item.index}
                top={item.index * ROW_PX}
                span={span}
                now={isLive ? now : (whole?.to ?? 0)}
                isSelected={row.key === selected}
                isHovered={row.key === hovered}
                isFar={related.size > 0 && !related.has(row.key) && (row.kind === "task" || row.isFolded)}
                onSelect={given.onSelect}
                onFold={given.onFold}
                onHover={given.onHover}
                aside={given.aside?.(row)}
              />
            ) : null;
          })}
        </div>
      </div>
      <Key rows={rows} predicted={isLive ? given.predictedEnd : undefined} zoom={zoom} />
    </div>
  );
}

/** What leads to the selected row and comes from it; empty where nothing is selected, or it stands alone. */
function relatedRows(rows: GanttRow[], selected: string | undefined): ReadonlySet<string> {
  if (selected === undefined) return NOTHING;
  const edges = rows.flatMap((row) => row.upstream.map((from) => ({ from, to: row.key })));
  const found = relatedOf(edges, selected);
  return found.size > 1 ? found : NOTHING;
}

/** The marks of what is shown: in words of the whole, or exactly, where a part of it is shown. */
function momentsOf(whole: Span, span: Span, width: number | undefined): { moment: number; words: string }[] {
  if (isPart(whole, span)) return marksIn(whole, span, width);
  return marksOf(whole, width).map((mark) => ({
    moment: whole.from + mark,
    words: mark === 0 ? "0" : duration(mark / 1000),
  }));
}

function Marks({ whole, span, width }: { whole: Span; span: Span; width: number }) {
  const [left, right] = [shareOf(whole, span.from), shareOf(whole, span.to)];
  return (
    <>
      {momentsOf(whole, span, width || undefined).map(({ moment, words }) => {
        const at = shareOf(span, moment);
        return (
          <span
            key={moment}
            className={classes.mark}
            data-edge={at > 94 ? "end" : at < 4 ? "start" : undefined}
            style={{ left: `${at}%` }}
            title={absolute(moment)}
          >
            {words}
          </span>
        );
      })}
      {isPart(whole, span) && (
        <i className={classes.place} aria-hidden style={{ left: `${left}%`, width: `${right - left}%` }} />
      )}
    </>
  );
}

function Lines(given: {
  whole: Span;
  span: Span;
  width: number;
  height: number;
  arrows: Arrow[];
  predicted: number | undefined;
}) {
  const { whole, span, width, predicted } = given;
  const middle = (place: number): number => place * ROW_PX + ROW_PX / 2;
  const x = (moment: number): number => pixelOf(span, moment, width);
  return (
    <>
      {momentsOf(whole, span, width).map(({ moment }) => (
        <i key={moment} className={classes.line} style={{ left: `${shareOf(span, moment)}%` }} />
      ))}
      {predicted !== undefined && predicted >= span.from && predicted <= span.to && (
        <i className={classes.line} data-kind="predicted" style={{ left: `${shareOf(span, predicted)}%` }} />
      )}
      <svg className={classes.arrows} width={width} height={given.height}>
        {given.arrows.map((arrow) => {
          const { line, head } = pathOf(x(arrow.left), x(arrow.right), middle(arrow.from), middle(arrow.to));
          return (
            <g key={`${arrow.from}-${arrow.to}`} data-critical={arrow.isCritical} data-near={arrow.isNear}>
              <path d={line} />
              <path d={head} data-head />
            </g>
          );
        })}
      </svg>
    </>
  );
}
