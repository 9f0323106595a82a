// What the address of a DAG's page holds: tab, selection, filters.
import { timeOf } from "@/shared/gantt/time";

export const TABS = [
  "grid",
  "graph",
  "gantt",
  "runs",
  "tasks",
  "calendar",
  "durations",
  "code",
  "backfills",
  "details",
  "audit",
] as const;
export type Tab = (typeof TABS)[number];

export interface DagSearch {
  tab?: Tab | undefined;
  /** The run that is selected. */
  run?: string | undefined;
  /** The task or group that is selected. */
  task?: string | undefined;
  /** Groups that are folded, with commas between them. */
  folded?: string | undefined;
  /** Only runs in this state. */
  state?: string | undefined;
  /** Only runs of this type. */
  type?: string | undefined;
  /** Only runs that were due earlier. */
  before?: string | undefined;
  /** Of runs that were due at that moment, only those that come before this one. */
  before_run?: string | undefined;
  /** How runs are sorted. */
  sort?: string | undefined;
  version?: number | undefined;
  /** The version that `version` is compared with. */
  against?: number | undefined;
  year?: number | undefined;
  /** The part of a run's time that its chart shows. */
  time?: string | undefined;
  /** The trigger form is open. */
  trigger?: 1 | undefined;
  /** The form for a backfill is open. */
  backfill?: 1 | undefined;
}

/** Change the address: `isStep` makes a step that the Back button takes back. */
export type Go = (change: DagSearch, isStep?: boolean) => void;

/** The search of an address; what makes no sense is left out. */
export function dagSearch(given: Record<string, unknown>): DagSearch {
  const text = (name: string): string | undefined => {
    const value = given[name];
    return typeof value === "string" && value !== "" ? value : typeof value === "number" ? String(value) : undefined;
  };
  const whole = (name: string): number | undefined => {
    const value = Number(given[name]);
    return given[name] !== undefined && Number.isInteger(value) && value > 0 ? value : undefined;
  };
  const found: DagSearch = {
    tab: TABS.find((tab) => tab === given.tab),
    run: text("run"),
    task: text("task"),
    folded: text("folded"),
    state: text("state"),
    type: text("type"),
    before: text("before"),
    before_run: text("before_run"),
    sort: text("sort"),
    version: whole("version"),
    against: whole("against"),
    year: whole("year"),
    time: timeOf(given.time),
    trigger: whole("trigger") === undefined ? undefined : 1,
    backfill: whole("backfill") === undefined ? undefined : 1,
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}
