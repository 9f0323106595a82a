// The API as typed calls: session cookie, CSRF token, errors as exceptions that say what the server said.
import createClient, { type Middleware } from "openapi-fetch";
import { fetchOrTake } from "./early";
import { seenChange } from "./live";
import { apiBase } from "./place";
import type { paths } from "./schema";

/** What the server refused, in its own words. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly code: string = "",
  ) {
    super(message);
    this.name = "ApiError";
  }
}

function cookie(name: string): string | undefined {
  const found = document.cookie.split("; ").find((one) => one.startsWith(`${name}=`));
  return found && decodeURIComponent(found.slice(name.length + 1));
}

/** The sentence in an error body: FastAPI's list of places, or one sentence. */
export function sentenceOf(body: unknown, status: number): string {
  const detail = (body as { detail?: unknown } | undefined)?.detail;
  if (Array.isArray(detail)) {
    return detail
      .map((one: { loc?: unknown[]; msg?: string }) => `${(one.loc ?? []).slice(1).join(".")}: ${one.msg ?? ""}`)
      .join("; ");
  }
  return typeof detail === "string" && detail ? detail : `The server answered ${status}.`;
}

const UNSAFE = new Set(["POST", "PUT", "PATCH", "DELETE"]);
/** For so long after it has written something a page wants answers of its own: changes do not tell of everything. */
const WRITTEN_MS = 2000;
let writtenAt = Number.NEGATIVE_INFINITY;

/** Say which change was seen: the server then gives one answer to all pages that have seen the same. */
function sayWhatWasSeen(request: Request): void {
  if (UNSAFE.has(request.method)) writtenAt = performance.now();
  const seen = seenChange();
  const isView = request.method === "GET" && new URL(request.url).pathname.includes("/api/v2/ui/");
  if (isView && seen && performance.now() - writtenAt > WRITTEN_MS) request.headers.set("X-Seen-Change", seen);
}

/** The page that asks who one is, which leads back here. */
export function loginUrl(): string {
  const back = window.location.pathname + window.location.search;
  return `/login?next=${encodeURIComponent(back)}`;
}

const guard: Middleware = {
  onRequest({ request }) {
    const token = UNSAFE.has(request.method) ? cookie("tradewind_csrf") : undefined;
    if (token) request.headers.set("X-CSRF-Token", token);
    sayWhatWasSeen(request);
    return request;
  },
  async onResponse({ response, request }) {
    if (response.ok || response.status === 304) return response;
    const body: unknown = await response
      .clone()
      .json()
      .catch(() => undefined);
    const isLogin = new URL(request.url).pathname.endsWith("/auth/login");
    if (response.status === 401 && !isLogin && window.location.pathname !== "/login") {
      window.location.assign(loginUrl());
    }
    throw new ApiError(
      response.status,
      sentenceOf(body, response.status),
      (body as { code?: string } | undefined)?.code,
    );
  },
};

export const api = createClient<paths>({ baseUrl: `${window.location.origin}${apiBase}`, fetch: fetchOrTake });
api.use(guard);

/** The data of an answer; what was refused has been thrown before. */
export async function data<T>(answer: Promise<{ data?: T | undefined }>): Promise<T> {
  return (await answer).data as T;
}
