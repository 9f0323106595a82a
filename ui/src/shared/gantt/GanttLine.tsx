// One row of a Gantt chart: the name of a task or group, its pieces on the axis, how long it took.
import { IconChevronDown, IconChevronLeft, IconChevronRight, IconNote } from "@tabler/icons-react";
import { absolute, duration } from "@/shared/format/time";
import { lookOf } from "@/shared/states";
import { StateIcon } from "@/shared/ui/StateIcon";
import classes from "./Gantt.module.css";
import { type GanttRow, type GanttSegment, instancesOf } from "./model";
import { type Span, shareOf, sideOf } from "./scale";

export function GanttLine(given: {
  row: GanttRow;
  index: number;
  top: number;
  span: Span | undefined;
  now: number;
  isSelected: boolean;
  isHovered: boolean;
  /** What is selected has nothing to do with it. */
  isFar: boolean;
  onSelect: (key: string) => void;
  onFold: (group: string) => void;
  onHover: ((key: string | undefined) => void) | undefined;
  aside: React.ReactNode;
}) {
  const { row, span, now } = given;
  const isGroup = row.kind === "group";
  const act = (): void => (isGroup ? given.onFold(row.key) : given.onSelect(row.key));
  return (
    <div
      role="row"
      aria-rowindex={given.index + 2}
      aria-selected={given.isSelected}
      className={classes.row}
      data-group={isGroup}
      data-hovered={given.isHovered}
      data-far={given.isFar}
      style={{ transform: `translateY(${given.top}px)` }}
      onClick={act}
      onKeyDown={undefined}
      onPointerEnter={() => given.onHover?.(row.key)}
    >
      <div role="gridcell" className={classes.name} style={{ paddingLeft: 8 + row.depth * 14 }}>
        {isGroup && <Fold row={row} />}
        <StateIcon state={row.state} />
        <span className={`ellipsis ${classes.label}`} title={row.key}>
          {row.label}
        </span>
        <Many row={row} />
        {row.hasNote && <IconNote size={13} aria-label="Has a note" style={{ flex: "none" }} />}
        {given.aside && <span className={classes.aside}>{given.aside}</span>}
      </div>
      <div role="gridcell" className={classes.track}>
        {span && row.segments.map((one) => <Segment key={one.tryNumber} one={one} row={row} span={span} now={now} />)}
        {span && <Away side={sideOf(row.segments, span, now)} />}
      </div>
      <div role="gridcell" className={classes.took}>
        {tookOf(row.segments, now)}
      </div>
    </div>
  );
}

function Fold({ row }: { row: GanttRow }) {
  const Icon = row.isFolded ? IconChevronRight : IconChevronDown;
  return (
    <button
      type="button"
      className={classes.fold}
      aria-expanded={!row.isFolded}
      aria-label={`${row.isFolded ? "Unfold" : "Fold"} ${row.label}`}
    >
      <Icon size={14} aria-hidden />
    </button>
  );
}

/** Of how many instances it consists, and how many of these are done where some are not. */
function Many({ row }: { row: GanttRow }) {
  const total = instancesOf(row);
  if (total < 2 || (row.kind === "group" && !row.isFolded)) return null;
  const done = (row.counts.success ?? 0) + (row.counts.skipped ?? 0);
  return <span className={classes.many}>{done === total ? `${total}×` : `${done}/${total}`}</span>;
}

function tookOf(segments: GanttSegment[], now: number): string {
  const last = segments.at(-1);
  return last?.startedAt ? duration(((last.endedAt ?? now) - last.startedAt) / 1000) : "";
}

/** Which way one has to look for what a row has, where none of it is in what is shown. */
function Away({ side }: { side: "earlier" | "later" | undefined }) {
  if (side === undefined) return null;
  const Icon = side === "earlier" ? IconChevronLeft : IconChevronRight;
  return (
    <span className={classes.away} data-side={side} title={`It is ${side} than what is shown`}>
      <Icon size={14} aria-label={side} />
    </span>
  );
}

function Segment(given: { one: GanttSegment; row: GanttRow; span: Span; now: number }) {
  const { one, row, span, now } = given;
  const look = lookOf(one.state ?? row.state);
  const several = row.segments.length > 1;
  const waitEnd = one.startedAt ?? one.endedAt ?? now;
  const workEnd = one.endedAt ?? now;
  const wide = (from: number, to: number): number => shareOf(span, to) - shareOf(span, from);
  const isShown = (from: number, to: number): boolean => from <= span.to && to >= span.from;
  return (
    <span title={wordsOf(one, row, waitEnd, workEnd)}>
      {one.queuedAt !== null && waitEnd > one.queuedAt && isShown(one.queuedAt, waitEnd) && (
        <i
          className={classes.waited}
          style={{ left: placeOf(span, one.queuedAt), width: `${wide(one.queuedAt, waitEnd)}%` }}
        />
      )}
      {one.startedAt !== null && isShown(one.startedAt, workEnd) && (
        <i
          className={classes.worked}
          data-critical={row.isCritical && row.kind === "task"}
          data-open={one.endedAt === null && workEnd <= span.to}
          style={
            {
              "--tone": `var(--state-${look.tone})`,
              left: placeOf(span, one.startedAt),
              width: `${wide(one.startedAt, workEnd)}%`,
            } as React.CSSProperties
          }
        >
          {one.tryNumber === 0 ? (
            <Shares counts={row.counts} />
          ) : several && wide(one.startedAt, workEnd) > 2 ? (
            one.tryNumber
          ) : (
            ""
          )}
        </i>
      )}
    </span>
  );
}

/** The shortest bar has its place too, at the end of what is shown as well. */
function placeOf(span: Span, moment: number): string {
  return `min(${shareOf(span, moment)}%, 100% - 2px)`;
}

const ORDER = ["success", "skipped", "removed", "running", "failed", "upstream_failed"];

/** Instances by state as parts of a bar; it has one colour where they are all in the same. */
function Shares({ counts }: { counts: Record<string, number> }) {
  const all = Object.entries(counts).sort(([one], [other]) => rank(one) - rank(other));
  if (all.length < 2) return null;
  return (
    <span className={classes.shares}>
      {all.map(([state, number]) => (
        <b key={state} style={{ flexGrow: number, background: `var(--state-${lookOf(state).tone})` }} />
      ))}
    </span>
  );
}

function rank(state: string): number {
  const place = ORDER.indexOf(state);
  return place < 0 ? 3.5 : place;
}

function wordsOf(one: GanttSegment, row: GanttRow, waitEnd: number, workEnd: number): string {
  const { word } = lookOf(one.state ?? row.state);
  const states = Object.entries(row.counts).map(([state, number]) => `${number} ${lookOf(state).word}`);
  const words = [
    one.tryNumber === 0 ? states.join(", ") : row.segments.length > 1 ? `Try ${one.tryNumber}: ${word}` : word,
    one.queuedAt !== null && waitEnd > one.queuedAt ? `waited ${duration((waitEnd - one.queuedAt) / 1000)}` : "",
    one.startedAt !== null
      ? `worked ${duration((workEnd - one.startedAt) / 1000)} from ${absolute(one.startedAt)}`
      : "",
    row.isCritical ? "on the critical path" : "",
  ];
  return words.filter(Boolean).join(" · ");
}
