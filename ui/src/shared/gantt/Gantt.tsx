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
import { type Arrow, arrowsOf, marksOf, pathOf, type Span, shareOf, spanOf } from "./scale";

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
  /** The most that it is high. */
  maxHeight?: string;
}

export function Gantt(given: GanttProps) {
  const { rows, isLive, selected, hovered } = given;
  const now = useNow(isLive ? 1000 : NEVER_MS);
  const span = spanOf(rows, isLive ? now : undefined, given.predictedEnd);
  const scroller = useRef<HTMLDivElement>(null);
  const { ref: track, width } = useElementSize();
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
          if (by === 0) return;
          event.preventDefault();
          move(by);
        }}
        onPointerLeave={() => given.onHover?.(undefined)}
      >
        <div className={classes.head} role="row" aria-rowindex={1}>
          <span role="columnheader">Task</span>
          <span role="columnheader" className={classes.axis} aria-label="Time since the first task">
            {span && <Marks span={span} width={width} />}
          </span>
          <span role="columnheader" className={classes.took}>
            Took
          </span>
        </div>
        <div className={classes.body} role="presentation" style={{ height }}>
          <div className={classes.lines} aria-hidden>
            <div ref={track}>
              {span && width > 0 && (
                <Lines
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
                now={isLive ? now : (span?.to ?? 0)}
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
      <Key rows={rows} predicted={isLive ? given.predictedEnd : undefined} />
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

function Marks({ span, width }: { span: Span; width: number }) {
  return marksOf(span, width || undefined).map((mark) => {
    const left = shareOf(span, span.from + mark);
    return (
      <span
        key={mark}
        className={classes.mark}
        data-edge={left > 94 ? "end" : undefined}
        style={{ left: `${left}%` }}
        title={absolute(span.from + mark)}
      >
        {mark === 0 ? "0" : duration(mark / 1000)}
      </span>
    );
  });
}

function Lines(given: { span: Span; width: number; height: number; arrows: Arrow[]; predicted: number | undefined }) {
  const { span, width, predicted } = given;
  const middle = (place: number): number => place * ROW_PX + ROW_PX / 2;
  const x = (moment: number): number => (shareOf(span, moment) / 100) * width;
  return (
    <>
      {marksOf(span, width).map((mark) => (
        <i key={mark} className={classes.line} style={{ left: `${shareOf(span, span.from + mark)}%` }} />
      ))}
      {predicted !== undefined && (
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
