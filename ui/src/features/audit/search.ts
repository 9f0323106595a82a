// The view state of the audit log, as its address has it, and what the API is asked for it.
import { given, text, whole } from "@/shared/ui/search-params";

export interface AuditSearch {
  who?: string;
  event?: string;
  resource?: string;
  name?: string;
  dag?: string;
  run?: string;
  /** Moments in the viewer's zone, as a date field has them. */
  after?: string;
  before?: string;
  /** The entry whose details are open. */
  entry?: number;
}

function moment(value: unknown): string | undefined {
  return typeof value === "string" && !Number.isNaN(Date.parse(value)) ? value : undefined;
}

/** What of an address can be understood; the rest is left out. */
export function auditSearch(search: Record<string, unknown>): AuditSearch {
  return given({
    who: text(search.who),
    event: text(search.event),
    resource: text(search.resource),
    name: text(search.name),
    dag: text(search.dag),
    run: text(search.run),
    after: moment(search.after),
    before: moment(search.before),
    entry: whole(search.entry),
  });
}

/** The conditions in the API's words. */
export function conditionsOf(search: AuditSearch) {
  const utc = (local: string | undefined): string | undefined => local && new Date(local).toISOString();
  return given({
    owner: search.who,
    event: search.event,
    resource: search.resource,
    name: search.name,
    dag_id: search.dag,
    run_id: search.run,
    after: utc(search.after),
    before: utc(search.before),
  });
}

/** Where all entries that fit can be taken away as one file. */
export function exportUrl(base: string, search: AuditSearch, format: "csv" | "jsonl"): string {
  return `${base}/auth/audit/export?${new URLSearchParams({ format, ...conditionsOf(search) })}`;
}
