// The last runs of a DAG as bars: height is duration, colour and shape are the state; a click leads to the run.
import { useNavigate, useRouter } from "@tanstack/react-router";
import { runUrl } from "@/shared/addresses";
import { between, duration, short } from "@/shared/format/time";
import { lookOf } from "@/shared/states";
import classes from "./RunStrip.module.css";

/** Run id, state, when it was due, when it started, how many seconds it took. */
export type StripRun = readonly [string, string, string, string | null, number | null];

/** Heights in percent: the longest is full, none is too low to be hit. */
export function heights(runs: readonly StripRun[], now: number): number[] {
  const seconds = runs.map(([, , , start, took]) => took ?? between(start, null, now) ?? 0);
  const longest = Math.max(...seconds, 0);
  return seconds.map((one) => (longest > 0 ? Math.max(22, Math.round((one / longest) * 100)) : 40));
}

export function RunStrip({ dagId, runs, slots = 14 }: { dagId: string; runs: readonly StripRun[]; slots?: number }) {
  const navigate = useNavigate();
  const router = useRouter();
  const now = Date.now();
  const tall = heights(runs, now);
  if (runs.length === 0) return <span className="faint">no runs yet</span>;
  return (
    <span className={classes.strip} role="group" aria-label={`The last runs of ${dagId}`}>
      {Array.from({ length: Math.max(0, slots - runs.length) }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: empty places have nothing else
        <i key={index} className={classes.none} aria-hidden />
      ))}
      {runs.map(([runId, state, due, start, took], index) => {
        const to = runUrl(dagId, runId);
        const words = `${lookOf(state).word}, ${duration(took ?? between(start, null, now))}`;
        return (
          <a
            key={runId}
            href={router.history.createHref(router.basepath === "/" ? to : router.basepath + to)}
            className={classes.slot}
            aria-label={words}
            onPointerEnter={(event) => {
              // Made only for who points at it: a page has hundreds of bars.
              event.currentTarget.title = `${words}, ${short(due)}`;
            }}
            tabIndex={index === runs.length - 1 ? 0 : -1}
            onClick={(event) => {
              if (event.metaKey || event.ctrlKey || event.button !== 0) return;
              event.preventDefault();
              void navigate({ to });
            }}
          >
            <i className={classes.bar} data-tone={lookOf(state).tone} style={{ height: `${tall[index] ?? 40}%` }} />
          </a>
        );
      })}
    </span>
  );
}
