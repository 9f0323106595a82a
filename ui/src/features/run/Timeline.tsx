// The tasks of a run as rows on one time axis: waiting apart from working, each try a numbered piece, by keyboard too.
import { Tooltip } from "@mantine/core";
import { IconChevronDown, IconChevronRight, IconNote } from "@tabler/icons-react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";
import { duration } from "@/shared/format/time";
import { lookOf, worstOf } from "@/shared/states";
import { StateIcon } from "@/shared/ui/StateIcon";
import type { Bar, Row } from "./rows";
import classes from "./Timeline.module.css";

const ROW_PX = 32;

export function Timeline(given: {
  rows: Row[];
  span: { from: number; to: number };
  selected: string | undefined;
  onSelect: (row: Row) => void;
  onFold: (groupId: string) => void;
  /** Beside a task that does not run. */
  aside: (row: Row) => React.ReactNode;
}) {
  const { rows, span, selected, onSelect, onFold } = given;
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 10,
    getItemKey: (index) => rows[index]?.key ?? index,
  });
  const at = rows.findIndex((row) => row.key === selected);
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at);
  }, [at, virtual]);
  const act = (row: Row): void => (row.kind === "group" ? onFold(row.key.slice(6)) : onSelect(row));
  const move = (by: number): void => {
    for (let next = at + by; next >= 0 && next < rows.length; next += by) {
      const row = rows[next];
      if (row?.kind !== "task") continue;
      onSelect(row);
      return;
    }
  };
  return (
    <div
      ref={scroller}
      className={classes.scroller}
      role="grid"
      aria-label="Tasks"
      aria-rowcount={rows.length}
      tabIndex={0}
      onKeyDown={(event) => {
        if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
        event.preventDefault();
        move(event.key === "ArrowDown" ? 1 : -1);
      }}
    >
      <div className={classes.head} role="row">
        <span role="columnheader">Task</span>
        <span role="columnheader" className={classes.axis}>
          <span>0</span>
          <span>{duration((span.to - span.from) / 2000)}</span>
          <span>{duration((span.to - span.from) / 1000)}</span>
        </span>
        <span role="columnheader" className={classes.took}>
          Took
        </span>
      </div>
      <div style={{ height: virtual.getTotalSize(), position: "relative" }}>
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index];
          if (!row) return null;
          const state = worstOf(row.counts);
          const many = Object.values(row.counts).reduce((sum, one) => sum + one, 0);
          return (
            <div
              role="row"
              key={item.key}
              className={classes.row}
              data-selected={row.key === selected}
              data-group={row.kind === "group"}
              aria-selected={row.key === selected}
              style={{ transform: `translateY(${item.start}px)` }}
              onClick={() => act(row)}
              onKeyDown={undefined}
            >
              <div role="gridcell" className={classes.name} style={{ paddingLeft: 10 + row.depth * 16 }}>
                {row.kind === "group" &&
                  (row.isFolded ? (
                    <IconChevronRight size={14} aria-hidden />
                  ) : (
                    <IconChevronDown size={14} aria-hidden />
                  ))}
                <StateIcon state={state} />
                <button
                  type="button"
                  className={classes.label}
                  tabIndex={-1}
                  title={row.task?.task_id ?? row.label}
                  aria-expanded={row.kind === "group" ? !row.isFolded : undefined}
                >
                  {row.label}
                </button>
                {many > 1 && row.kind === "task" && <span className={classes.many}>{many}×</span>}
                {row.task?.has_note && <IconNote size={13} aria-label="Has a note" />}
                <span className={classes.aside}>{given.aside(row)}</span>
              </div>
              <div role="gridcell" className={classes.track}>
                {row.bars.map((bar) => (
                  <Piece
                    key={bar.tryNumber}
                    bar={bar}
                    span={span}
                    fallback={state}
                    isCritical={row.task?.is_critical === true}
                    isGroup={row.kind === "group"}
                  />
                ))}
              </div>
              <div role="gridcell" className={classes.took}>
                {tookOf(row.bars, span.to)}
              </div>
            </div>
          );
        })}
      </div>
    </div>
  );
}

function tookOf(bars: Bar[], now: number): string {
  const last = bars.at(-1);
  return last?.startedAt ? duration(((last.endedAt ?? now) - last.startedAt) / 1000) : "";
}

function Piece(given: {
  bar: Bar;
  span: { from: number; to: number };
  fallback: string | null;
  isCritical: boolean;
  isGroup: boolean;
}) {
  const { bar, span, fallback, isCritical, isGroup } = given;
  const share = (moment: number): number => ((moment - span.from) / (span.to - span.from)) * 100;
  const start = bar.startedAt ?? bar.queuedAt;
  if (start === null) return null;
  const end = bar.endedAt ?? span.to;
  const state = bar.state ?? fallback;
  const waited = bar.queuedAt !== null ? (bar.startedAt ?? end) - bar.queuedAt : 0;
  const worked = bar.startedAt !== null ? end - bar.startedAt : 0;
  const words = [
    bar.tryNumber > 0 ? `Try ${bar.tryNumber}: ${lookOf(state).word}` : lookOf(state).word,
    waited > 0 ? `waited ${duration(waited / 1000)}` : "",
    bar.startedAt !== null ? `worked ${duration(worked / 1000)}` : "",
    isCritical ? "on the critical path" : "",
  ].filter(Boolean);
  return (
    <Tooltip label={words.join(" · ")} openDelay={100}>
      <span className={classes.bar}>
        {bar.queuedAt !== null && waited > 0 && (
          <i
            className={classes.waited}
            style={{ left: `${share(bar.queuedAt)}%`, width: `${(waited / (span.to - span.from)) * 100}%` }}
          />
        )}
        {bar.startedAt !== null && (
          <i
            className={classes.worked}
            data-tone={lookOf(state).tone}
            data-critical={isCritical}
            data-group={isGroup}
            style={{ left: `${share(bar.startedAt)}%`, width: `${(worked / (span.to - span.from)) * 100}%` }}
          >
            {bar.tryNumber > 1 && worked / (span.to - span.from) > 0.03 ? bar.tryNumber : ""}
          </i>
        )}
      </span>
    </Tooltip>
  );
}
