// Tasks on one time axis: waiting apart from working, each attempt a numbered piece, arrows for what waited for what.
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef } from "react";
import { absolute, duration } from "@/shared/format/time";
import { lookOf } from "@/shared/states";
import { StateIcon } from "@/shared/ui/StateIcon";
import { useNow } from "@/shared/ui/useNow";
import classes from "./Gantt.module.css";
import type { GanttRow, GanttSegment } from "./model";
import { type Arrow, arrowsOf, marksOf, type Span, shareOf, spanOf } from "./scale";

const ROW_PX = 30;
const NEVER_MS = 3_600_000;

export function Gantt(given: {
  label: string;
  rows: GanttRow[];
  /** Whether something goes on: the axis then reaches to the present. */
  isLive: boolean;
  /** When it should be over, as far as one can tell. */
  predictedEnd?: number | undefined;
  selected?: string | undefined;
  onSelect?: (key: string) => void;
}) {
  const { rows, isLive, selected } = given;
  const now = useNow(isLive ? 1000 : NEVER_MS);
  const span = spanOf(rows, isLive ? now : undefined, given.predictedEnd);
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 8,
  });
  const at = rows.findIndex((row) => row.key === selected);
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at);
  }, [at, virtual]);
  const arrows = useMemo(() => arrowsOf(rows, selected), [rows, selected]);
  const move = (by: number): void => {
    const next = rows[Math.min(rows.length - 1, Math.max(0, at + by))];
    if (next) given.onSelect?.(next.key);
  };
  const height = rows.length * ROW_PX;
  return (
    <>
      <div
        ref={scroller}
        className={`card ${classes.scroller}`}
        style={{ "--names": "min(240px, 40vw)" } as React.CSSProperties}
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
      >
        <div className={classes.head} role="row">
          <span role="columnheader">Task</span>
          <span role="columnheader" className={classes.axis} aria-label="Time since the first task">
            {span && <Marks span={span} />}
          </span>
          <span role="columnheader" className={classes.took}>
            Took
          </span>
        </div>
        <div className={classes.body} role="presentation" style={{ height }}>
          {span && (
            <Lines span={span} arrows={arrows} predicted={isLive ? given.predictedEnd : undefined} height={height} />
          )}
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index];
            return row ? (
              <Line
                key={row.key}
                row={row}
                index={item.index}
                span={span}
                now={isLive ? now : (span?.to ?? 0)}
                isSelected={row.key === selected}
                onSelect={given.onSelect}
              />
            ) : null;
          })}
        </div>
      </div>
      <p className={classes.key}>
        <span>
          <i className={classes.waited} style={{ height: 4 }} />
          waits for a process
        </span>
        <span>
          <i className={classes.worked} style={{ "--tone": "var(--state-good)", height: 12 } as React.CSSProperties} />
          works; a number is the try
        </span>
        <span>
          <i
            className={classes.worked}
            data-critical
            style={{ "--tone": "var(--state-good)", height: 8 } as React.CSSProperties}
          />
          on the critical path
        </span>
        {isLive && given.predictedEnd !== undefined && (
          <span>dashed: should be over by {absolute(given.predictedEnd)}</span>
        )}
      </p>
    </>
  );
}

function Marks({ span }: { span: Span }) {
  return marksOf(span).map((mark) => (
    <span key={mark} className={classes.mark} style={{ left: `${shareOf(span, span.from + mark)}%` }}>
      {mark === 0 ? "0" : duration(mark / 1000)}
    </span>
  ));
}

function Lines({
  span,
  arrows,
  predicted,
  height,
}: {
  span: Span;
  arrows: Arrow[];
  predicted: number | undefined;
  height: number;
}) {
  const middle = (place: number): number => place * ROW_PX + ROW_PX / 2;
  return (
    <div className={classes.lines} aria-hidden>
      {marksOf(span).map((mark) => (
        <i key={mark} className={classes.line} style={{ left: `${shareOf(span, span.from + mark)}%` }} />
      ))}
      {predicted !== undefined && (
        <i className={classes.line} data-kind="predicted" style={{ left: `${shareOf(span, predicted)}%` }} />
      )}
      <svg className={classes.arrows} viewBox={`0 0 100 ${Math.max(1, height)}`} preserveAspectRatio="none">
        {arrows.map((arrow) => {
          const left = shareOf(span, arrow.left);
          const right = Math.max(left, shareOf(span, arrow.right));
          const [top, bottom] = [middle(arrow.from), middle(arrow.to)];
          return (
            <path
              key={`${arrow.from}-${arrow.to}`}
              data-critical={arrow.isCritical}
              d={`M${left} ${top} H${right} V${bottom - Math.sign(bottom - top) * 8}`}
            />
          );
        })}
      </svg>
    </div>
  );
}

function Line(given: {
  row: GanttRow;
  index: number;
  span: Span | undefined;
  now: number;
  isSelected: boolean;
  onSelect: ((key: string) => void) | undefined;
}) {
  const { row, span, now } = given;
  const last = row.segments.at(-1);
  return (
    <div
      role="row"
      aria-rowindex={given.index + 2}
      aria-selected={given.isSelected}
      className={classes.row}
      style={{ transform: `translateY(${given.index * ROW_PX}px)` }}
      onClick={() => given.onSelect?.(row.key)}
      onKeyDown={undefined}
    >
      <div role="gridcell" className={classes.name} style={{ paddingLeft: 10 + (row.depth ?? 0) * 14 }}>
        <StateIcon state={row.state} />
        <span className="ellipsis" title={row.key}>
          {row.label}
        </span>
      </div>
      <div role="gridcell" className={classes.track}>
        {span &&
          row.segments.map((one) => (
            <Segment key={one.tryNumber} one={one} row={row} span={span} now={now} several={row.segments.length > 1} />
          ))}
      </div>
      <div role="gridcell" className={classes.took}>
        {last?.startedAt ? duration(((last.endedAt ?? now) - last.startedAt) / 1000) : ""}
      </div>
    </div>
  );
}

function Segment(given: { one: GanttSegment; row: GanttRow; span: Span; now: number; several: boolean }) {
  const { one, row, span, now } = given;
  const look = lookOf(one.state ?? row.state);
  const waitEnd = one.startedAt ?? one.endedAt ?? now;
  const workEnd = one.endedAt ?? now;
  const words = [
    given.several ? `Try ${one.tryNumber}: ${look.word}` : look.word,
    one.queuedAt !== null && waitEnd > one.queuedAt ? `waited ${duration((waitEnd - one.queuedAt) / 1000)}` : "",
    one.startedAt !== null
      ? `worked ${duration((workEnd - one.startedAt) / 1000)} from ${absolute(one.startedAt)}`
      : "",
    row.isCritical ? "on the critical path" : "",
  ];
  const wide = (from: number, to: number): string => `${shareOf(span, to) - shareOf(span, from)}%`;
  return (
    <span title={words.filter(Boolean).join(" · ")}>
      {one.queuedAt !== null && (
        <i
          className={classes.waited}
          style={{ left: `${shareOf(span, one.queuedAt)}%`, width: wide(one.queuedAt, waitEnd) }}
        />
      )}
      {one.startedAt !== null && (
        <i
          className={classes.worked}
          data-critical={row.isCritical === true}
          data-open={one.endedAt === null}
          style={
            {
              "--tone": `var(--state-${look.tone})`,
              left: `${shareOf(span, one.startedAt)}%`,
              width: wide(one.startedAt, workEnd),
            } as React.CSSProperties
          }
        >
          {given.several ? one.tryNumber : ""}
        </i>
      )}
    </span>
  );
}
