// How many are in which state: as words, and as one bar.
import { count } from "@/shared/format/numbers";
import { lookOf } from "@/shared/states";
import classes from "./StateCounts.module.css";
import { StateIcon } from "./StateIcon";

const ORDER = [
  "success",
  "skipped",
  "removed",
  "running",
  "restarting",
  "deferred",
  "awaiting_input",
  "up_for_reschedule",
  "up_for_retry",
  "queued",
  "scheduled",
  "upstream_failed",
  "failed",
  "none",
];

function ordered(counts: Record<string, number>): [string, number][] {
  return ORDER.flatMap((state) => ((counts[state] ?? 0) > 0 ? [[state, counts[state] ?? 0] as [string, number]] : []));
}

export function StateCounts({ counts, hasWords = true }: { counts: Record<string, number>; hasWords?: boolean }) {
  return (
    <span className={classes.counts}>
      {ordered(counts).map(([state, number]) => (
        <span key={state} className={classes.count} title={`${number} ${lookOf(name(state)).word}`}>
          <StateIcon state={name(state)} size={13} label={!hasWords} /> {count(number)}
          {hasWords && <span className="faint">{lookOf(name(state)).word}</span>}
        </span>
      ))}
    </span>
  );
}

/** The counts as parts of a line, what is done first. */
export function StateBar({ counts, height = 6 }: { counts: Record<string, number>; height?: number }) {
  return (
    <div className={classes.bar} style={{ height }} aria-hidden>
      {ordered(counts).map(([state, number]) => (
        <i key={state} data-tone={lookOf(name(state)).tone} style={{ flexGrow: number }} />
      ))}
    </div>
  );
}

function name(state: string): string | null {
  return state === "none" ? null : state;
}
