// Asks for what a page shows before the code of the page is there: its first requests are known from its address. This is
// a script of its own, which the browser has and runs before all others (plugins/pages.ts).
//
// Whoever then asks for the same gets this answer. What is not listed here, or asked for otherwise, is asked for later,
// and takes as long as it takes.
import { apiBase, basepath } from "./place";

/** How long an answer that nobody has fetched yet may be given out. */
const KEPT_MS = 10_000;
const FIRST = "limit=100&offset=0";

/** What a page asks for first, where its address has no search of its own; `$` stands for any part of a path. */
const REQUESTS: Record<string, (...parts: string[]) => string[]> = {
  "/": () => ["/api/v2/ui/home"],
  "/login": () => ["/auth/login?ways=true"],
  "/dags": () => ["/api/v2/ui/dags?offset=0&limit=50&order_by=name"],
  "/dags/$": (dag) => [`/api/v2/ui/dags/${dag}/grid?limit=50`, `/api/v2/ui/dags/${dag}`],
  "/dags/$/runs/$": (dag, run) => [`/api/v2/ui/dags/${dag}/runs/${run}`],
  "/dags/$/runs/$/tasks/$": (dag, run, task) => [`/api/v2/ui/dags/${dag}/runs/${run}/tasks/${task}?map_index=-1`],
  "/runs": () => ["/api/v2/ui/runs?offset=0&limit=200&order_by=-run_after"],
  "/approvals": () => [
    "/api/v2/dags/~/dagRuns/~/hitlDetails?limit=100&order_by=created_at&response_received=false&state=awaiting_input",
  ],
  "/assets": () => ["/api/v2/ui/assets?offset=0&limit=200&order_by=name"],
  "/assets/$": (asset) => [`/api/v2/ui/assets/${asset}`],
  "/connections": () => [`/api/v2/connections?${FIRST}&order_by=connection_id`],
  "/variables": () => [`/api/v2/variables?${FIRST}&order_by=key`],
  "/pools": () => [`/api/v2/pools?${FIRST}&order_by=name`],
  "/import-errors": () => [`/api/v2/importErrors?${FIRST}&order_by=-timestamp`],
  "/audit": () => [`/auth/audit?${FIRST}&order_by=-id`],
  "/users": () => [`/auth/users?${FIRST}&order_by=username`],
  "/plugins": () => [`/api/v2/plugins?${FIRST}`],
  "/providers": () => [`/api/v2/providers?${FIRST}`],
  "/config": () => ["/api/v2/config"],
  "/jobs": () => [`/api/v2/jobs?${FIRST}&order_by=-start_date`, "/api/v2/monitor/health", "/api/v2/version"],
  "/account": () => ["/auth/sessions"],
};
const asked = new Map<string, { at: number; answer: Promise<Response> }>();

/** A part of a path as the client writes it; nothing where it cannot be read. */
function written(part: string): string {
  try {
    return encodeURIComponent(decodeURIComponent(part));
  } catch {
    return ""; // no page has this address, as its router will say
  }
}

/** The paths of the requests that a page begins with. */
export function requestsOf(pathname: string, base = basepath): string[] {
  const path = (base === "/" ? pathname : pathname.slice(base.length)) || "/";
  const parts = path.split("/").slice(1);
  for (const [pattern, requests] of Object.entries(REQUESTS)) {
    const wanted = pattern.split("/").slice(1);
    if (wanted.length !== parts.length || !wanted.every((one, at) => (one === "$" ? parts[at] : one === parts[at]))) {
      continue;
    }
    const named = parts.filter((_, at) => wanted[at] === "$").map(written);
    return named.includes("") ? [] : requests(...named);
  }
  return [];
}

/** The same for two addresses that ask for the same. */
function nameOf(url: string): string {
  const { pathname, searchParams } = new URL(url);
  searchParams.sort();
  return `${pathname}?${searchParams}`;
}

/** Ask for what the page of an address shows first. */
export function ask({ pathname, search, origin }: Pick<Location, "pathname" | "search" | "origin">): void {
  const page = search ? [] : requestsOf(pathname);
  const who = pathname.endsWith("/login") ? [] : ["/auth/me"];
  for (const path of [...page, ...who]) {
    const url = origin + apiBase + path;
    const answer = fetch(url);
    answer.catch(() => undefined); // who fetches it is told
    asked.set(nameOf(url), { at: Date.now(), answer });
  }
}

/** `fetch` for the API: what has been asked for early is not asked for again, once. */
export function fetchOrTake(request: Request): Promise<Response> {
  if (request.method !== "GET") asked.clear(); // it is from before this change
  if (asked.size === 0) return fetch(request);
  const name = nameOf(request.url);
  const found = asked.get(name);
  asked.delete(name);
  return found && Date.now() - found.at < KEPT_MS ? found.answer : fetch(request);
}

if (import.meta.env.MODE !== "test") ask(window.location);
