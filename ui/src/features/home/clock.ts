// What the clock alone changes on the home page: no change of state tells that something is late now.
import type { Home } from "./queries";

/** As the server has it: so long after its time a run that is not there is late. */
const LATE_AFTER_MS = 60_000;
/** As the server has it: so long a run may be queued before it counts as held up. */
const STUCK_AFTER_MS = 300_000;
/** The server's clock and this one are not the same. */
const SLACK_MS = 1500;

/** Milliseconds until time alone may have made something late; undefined: nothing waits for that. */
export function untilLate(home: Pick<Home, "now" | "night" | "counts">): number | undefined {
  const now = Date.parse(home.now);
  const due = home.night.flatMap((row) => row.next.map((at) => Date.parse(at) + LATE_AFTER_MS));
  const held = home.counts.queued_runs > 0 ? [now + STUCK_AFTER_MS] : [];
  const first = Math.min(...[...due, ...held].filter((at) => at > now));
  return Number.isFinite(first) ? first - now + SLACK_MS : undefined;
}
