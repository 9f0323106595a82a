// Runs as dots: when they started against how long they took. The odd one is seen before the list is read.
import { useNavigate } from "@tanstack/react-router";
import { runUrl } from "@/shared/addresses";
import { duration, short } from "@/shared/format/time";
import { lookOf } from "@/shared/states";
import { dots, heightOf, marks, scaleOf, type Timed } from "./dots";
import type { RunRow } from "./queries";
import classes from "./Scatter.module.css";

const SHOWN = 600;

export function Scatter({ runs }: { runs: RunRow[] }) {
  const navigate = useNavigate();
  const started = runs.filter((run) => run.start_date !== null).slice(0, SHOWN);
  const timed = started.map(
    (run): Timed => ({
      key: `${run.dag_id} ${run.run_id}`,
      at: Date.parse(run.start_date ?? run.run_after),
      seconds: run.duration ?? (Date.now() - Date.parse(run.start_date ?? run.run_after)) / 1000,
    }),
  );
  const scale = scaleOf(timed);
  if (!scale) return null;
  const places = dots(scale, timed);
  return (
    <figure className={`card ${classes.figure}`} aria-label="Durations of these runs by their start">
      <div className={classes.plot}>
        {marks(scale).map((seconds) => (
          <div key={seconds} className={classes.mark} style={{ top: `${heightOf(scale, seconds)}%` }}>
            <span>
              {duration(seconds)
                .replace(/ 00 (s|min)$/, "")
                .replace(".0 s", " s")}
            </span>
          </div>
        ))}
        <div className={classes.dots}>
          {started.map((run, index) => {
            const at = places[index];
            if (!at) return null;
            const words = `${run.dag_display_name}, ${lookOf(run.state).word}, ${short(run.start_date ?? run.run_after)}, ${duration(timed[index]?.seconds)}`;
            return (
              <button
                key={at.key}
                type="button"
                tabIndex={-1}
                className={classes.dot}
                data-tone={lookOf(run.state).tone}
                style={{ left: `${at.x}%`, top: `${at.y}%` }}
                title={words}
                aria-label={words}
                onClick={() => void navigate({ to: runUrl(run.dag_id, run.run_id) })}
              />
            );
          })}
        </div>
      </div>
      <figcaption className={classes.ends}>
        <span>{short(scale.from)}</span>
        <span>{short(scale.to)}</span>
      </figcaption>
    </figure>
  );
}
