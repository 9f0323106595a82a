// How a pool's slots are used, as one bar.
import type { Schemas } from "@/shared/api/schemas";
import { lookOf } from "@/shared/states";
import classes from "./SlotBar.module.css";

type Pool = Schemas["PoolResponse"];

export function SlotBar({ pool }: { pool: Pool }) {
  const parts = [
    ["running", pool.running_slots],
    ["queued", pool.queued_slots],
    ["deferred", pool.include_deferred ? pool.deferred_slots : 0],
  ] as const;
  const all = pool.slots > 0 ? pool.slots : Math.max(1, pool.occupied_slots);
  const words = [
    ...parts.filter(([, slots]) => slots > 0).map(([state, slots]) => `${slots} ${state}`),
    `${pool.scheduled_slots} waiting`,
  ].join(", ");
  return (
    <span className={classes.line} title={`${words} of ${pool.slots < 0 ? "unlimited" : pool.slots} slots`}>
      <span className={classes.bar} aria-hidden>
        {parts.map(([state, slots]) => (
          <i key={state} data-tone={lookOf(state).tone} style={{ width: `${Math.min(100, (100 * slots) / all)}%` }} />
        ))}
      </span>
      <span className="nowrap">
        {pool.occupied_slots} of {pool.slots < 0 ? "∞" : pool.slots}
        {pool.scheduled_slots > 0 && <span className="faint">, {pool.scheduled_slots} waiting</span>}
      </span>
    </span>
  );
}
