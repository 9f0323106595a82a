// The scrolling part of the grid. Only rows in sight are drawn; arrow keys move the selection.
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useLayoutEffect, useRef, useState } from "react";
import type { Grid } from "../queries";
import type { DagSearch, Go } from "../search";
import classes from "./Grid.module.css";
import { Head } from "./Head";
import { HoverCard, type Hovered } from "./HoverCard";
import type { GridRow } from "./model";
import { Row } from "./Row";

export const ROW_PX = 24;
export const CELL_PX = 22;
const HEAD_PX = 93;
const NARROW = "(max-width: 700px)";

export function Sheet(given: {
  grid: Grid;
  rows: GridRow[];
  search: DagSearch;
  folded: ReadonlySet<string>;
  fold: (ids: Iterable<string>) => void;
  go: Go;
}) {
  const { grid, rows, search, go } = given;
  const scroller = useRef<HTMLDivElement>(null);
  const [hovered, setHovered] = useState<Hovered>();
  const names = window.matchMedia(NARROW).matches ? 140 : 250;
  const runs = grid.runs;
  const selectedRun = runs.findIndex((run) => run.run_id === search.run);
  const selectedRow = rows.findIndex((row) => row.id === search.task);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 10,
    scrollPaddingStart: HEAD_PX,
    scrollMargin: HEAD_PX,
  });
  // A row that comes into sight takes over the elements of one that has gone: most cells look the same, and stay. So
  // rows stand in the document as they were made; their numbers say in which order they are.
  const most = useRef(1);
  most.current = Math.max(most.current, virtual.getVirtualItems().length);
  const slot = ({ index }: { index: number }): number => index % most.current;
  const items = [...virtual.getVirtualItems()].sort((one, other) => slot(one) - slot(other));
  // The newest run is what one comes for.
  useLayoutEffect(() => {
    if (runs.length > 0) scroller.current?.scrollTo({ left: 1e6 });
  }, [runs.length]);
  useEffect(() => {
    const box = scroller.current;
    if (!box || selectedRun < 0) return;
    const left = selectedRun * CELL_PX;
    if (left < box.scrollLeft || left + CELL_PX > box.scrollLeft + box.clientWidth - names) {
      box.scrollLeft = left - (box.clientWidth - names) / 2;
    }
  }, [selectedRun, names]);
  useEffect(() => {
    if (selectedRow >= 0) virtual.scrollToIndex(selectedRow, { align: "auto" });
  }, [selectedRow, virtual]);
  const select = (row: number, run: number): void =>
    go({ task: rows[row]?.id, run: runs[run]?.run_id, ...(run < 0 ? { run: undefined } : {}) });
  const toggle = (row: GridRow): void => {
    const now = new Set(given.folded);
    now.delete("");
    if (!now.delete(row.id)) now.add(row.id);
    given.fold(now);
  };
  const onClick = (event: React.MouseEvent): void => {
    const found = placeOf(event.target);
    scroller.current?.focus({ preventScroll: true });
    if (!found) return;
    const row = rows[found.row];
    if (found.isFold && row) toggle(row);
    else if (found.row < 0) go({ run: runs[found.run]?.run_id, task: undefined });
    else if (found.run < 0) go({ task: row?.id });
    else select(found.row, found.run);
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const step = STEPS[event.key];
    const row = rows[selectedRow];
    if (step) {
      event.preventDefault();
      const run = selectedRun < 0 ? runs.length - 1 : Math.min(runs.length - 1, Math.max(0, selectedRun + step[0]));
      const down = selectedRow < 0 && step[1] < 0 ? -1 : Math.min(rows.length - 1, Math.max(-1, selectedRow + step[1]));
      go({ run: runs[run]?.run_id, task: down < 0 ? undefined : rows[down]?.id });
    } else if (event.key === "Escape") go({ run: undefined, task: undefined });
    else if ((event.key === " " || event.key === "Enter") && row?.kind === "group") {
      event.preventDefault();
      toggle(row);
    }
  };
  return (
    <div
      className={`card ${classes.scroller}`}
      ref={scroller}
      role="grid"
      tabIndex={0}
      aria-label="Runs and tasks. Arrow keys move the selection."
      aria-rowcount={rows.length + 1}
      aria-colcount={runs.length + 1}
      {...(selectedRow >= 0 && selectedRun >= 0
        ? { "aria-activedescendant": `cell-${selectedRow}-${selectedRun}` }
        : {})}
      style={
        { "--names": `${names}px`, height: Math.min(rows.length * ROW_PX + HEAD_PX + 16, 4000) } as React.CSSProperties
      }
      onClick={onClick}
      onKeyDown={onKeyDown}
      onPointerOver={(event) => {
        const found = event.pointerType === "mouse" ? placeOf(event.target) : undefined;
        setHovered(found && found.run >= 0 ? { ...found, x: event.clientX, y: event.clientY } : undefined);
      }}
      onPointerLeave={() => setHovered(undefined)}
    >
      <div className={classes.sheet} role="presentation">
        <Head runs={runs} selectedRun={search.run} />
        <div className={classes.rows} role="presentation" style={{ height: rows.length * ROW_PX }}>
          {selectedRun >= 0 && (
            <div className={classes.stripe} style={{ left: names + selectedRun * CELL_PX }} role="presentation" />
          )}
          {items.map((item) => {
            const row = rows[item.index];
            if (!row) return null;
            const isSelected = item.index === selectedRow;
            return (
              <Row
                key={slot(item)}
                row={row}
                index={item.index}
                top={item.start - HEAD_PX}
                states={grid.states}
                selectedRun={isSelected ? selectedRun : -1}
                isSelected={isSelected}
              />
            );
          })}
        </div>
      </div>
      {hovered && <HoverCard grid={grid} rows={rows} at={hovered} />}
    </div>
  );
}

const STEPS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The row and run that an element stands for; -1: the head, or the names. */
function placeOf(target: EventTarget): { row: number; run: number; isFold: boolean } | undefined {
  if (!(target instanceof Element)) return undefined;
  const row = target.closest<HTMLElement>("[data-row]");
  const run = target.closest<HTMLElement>("[data-run]");
  if (!row && !run) return undefined;
  return {
    row: Number(row?.dataset.row ?? -1),
    run: Number(run?.dataset.run ?? -1),
    isFold: target.closest("[data-fold]") !== null,
  };
}
