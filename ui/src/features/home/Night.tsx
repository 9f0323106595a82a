// A row for each DAG around the present moment: what has run, what runs, when it fires next.
import { SegmentedControl } from "@mantine/core";
import { Link, useNavigate, useRouter } from "@tanstack/react-router";
import { dagUrl, runUrl } from "@/shared/addresses";
import { between, duration, short } from "@/shared/format/time";
import { lookOf } from "@/shared/states";
import { Section } from "@/shared/ui/Page";
import { useNow } from "@/shared/ui/useNow";
import { type Axis, apart, axisOf, barOf, type Hours, place, SPANS, ticks } from "./axis";
import classes from "./Night.module.css";
import type { NightRow } from "./queries";

export function Night(given: { rows: NightRow[]; hours: Hours; onHours: (hours: Hours) => void }) {
  const { hours } = given;
  const axis = axisOf(hours, useNow(5000));
  const rows = given.rows.filter((row) => isOn(axis, row));
  return (
    <Section
      title="Around now"
      actions={
        <SegmentedControl
          size="xs"
          aria-label="How far back"
          value={String(hours)}
          onChange={(value) => given.onHours(SPANS.find((span) => String(span) === value) ?? 6)}
          data={SPANS.map((span) => ({ value: String(span), label: `${span} h` }))}
        />
      }
    >
      {rows.length === 0 ? (
        <p className={`faint ${classes.none}`}>
          Nothing has run in the last hours, and nothing is due soon. Switch a DAG on or trigger one on the{" "}
          <Link to="/dags">page of DAGs</Link>.
        </p>
      ) : (
        <div className={classes.chart}>
          <div className={classes.row}>
            <span />
            <div className={`${classes.track} ${classes.head}`} aria-hidden>
              {ticks(axis, hours).map((at) => (
                <span key={at} className={classes.tick} style={{ left: `${place(axis, at)}%` }}>
                  {short(at)}
                </span>
              ))}
            </div>
          </div>
          <ul className={classes.rows}>
            {rows.map((row) => (
              <Row key={row.dag_id} row={row} axis={axis} />
            ))}
          </ul>
          <div className={classes.overlay} aria-hidden>
            <span />
            <div className={classes.lines}>
              {ticks(axis, hours).map((at) => (
                <i key={at} className={classes.grid} style={{ left: `${place(axis, at)}%` }} />
              ))}
              <i className={classes.now} style={{ left: `${place(axis, axis.now)}%` }} />
            </div>
          </div>
        </div>
      )}
    </Section>
  );
}

/** Whether the axis shows anything of a DAG. */
function isOn(axis: Axis, row: NightRow): boolean {
  return (
    row.runs.some(([, , start, end]) => start !== null && barOf(axis, start, end) !== undefined) ||
    row.next.some((at) => place(axis, Date.parse(at)) <= 100)
  );
}

function Row({ row, axis }: { row: NightRow; axis: Axis }) {
  const navigate = useNavigate();
  const router = useRouter();
  return (
    <li className={classes.row}>
      <Link to={dagUrl(row.dag_id)} className={`ellipsis ${classes.name}`} title={row.dag_id}>
        {row.dag_id}
      </Link>
      <div className={classes.track}>
        {row.runs.map(([runId, state, start, end]) => {
          const bar = start === null ? undefined : barOf(axis, start, end);
          if (!bar || start === null) return null;
          const to = runUrl(row.dag_id, runId);
          const words = `${lookOf(state).word}, ${short(start)}, ${duration(between(start, end, axis.now))}`;
          return (
            <a
              key={runId}
              href={router.basepath === "/" ? to : router.basepath + to}
              tabIndex={-1}
              className={classes.bar}
              data-tone={lookOf(state).tone}
              style={{ left: `${bar.left}%`, width: `max(4px, ${bar.width}%)` }}
              title={words}
              onClick={(event) => {
                if (event.metaKey || event.ctrlKey || event.button !== 0) return;
                event.preventDefault();
                void navigate({ to });
              }}
            >
              <span className="sr-only">{words}</span>
            </a>
          );
        })}
        {apart(axis, row.next).map((at) => {
          const left = place(axis, Date.parse(at));
          if (left > 100) return null;
          const isLate = Date.parse(at) < axis.now;
          return (
            <i
              key={at}
              className={classes.next}
              data-late={isLate}
              style={{ left: `${Math.max(left, 0)}%` }}
              title={`${isLate ? "Was due" : "Due"} ${short(at)}`}
            />
          );
        })}
      </div>
    </li>
  );
}
