// What happens on the server, as it happens. Of all tabs of a browser one listens and tells the others: a browser opens
// only six connections to a server, and a stream takes one for as long as it is read.
import type { QueryClient, QueryKey } from "@tanstack/react-query";
import { apiBase, workspace } from "./place";
import type { Schemas } from "./schemas";

export type Change = Schemas["StreamEvent"];
type Told = { kind: "change"; change: Change } | { kind: "state"; isLive: boolean };
type Listener = (change: Change) => void;

const TYPES = ["dag_run", "task_instance", "expansion", "dag", "asset_event", "import_error", "backfill"] as const;
const TOGETHER_MS = 80;

const listeners = new Set<Listener>();
const stateListeners = new Set<() => void>();
let isLive = false;

/** Call this with each change from now on; the answer ends it. */
export function onChange(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Whether changes come in, for `useSyncExternalStore`. */
export const liveState = {
  subscribe(listener: () => void): () => void {
    stateListeners.add(listener);
    return () => stateListeners.delete(listener);
  },
  get: (): boolean => isLive,
};

function take(told: Told): void {
  if (told.kind === "change") {
    for (const listener of listeners) listener(told.change);
  } else if (told.isLive !== isLive) {
    isLive = told.isLive;
    for (const listener of stateListeners) listener();
  }
}

/** Listen, here or by way of the tab that does. */
export function startLive(): void {
  const name = `tradewind-live-${workspace}`;
  const channel = new BroadcastChannel(name);
  channel.onmessage = (message: MessageEvent<Told>) => take(message.data);
  const tell = (told: Told): void => {
    take(told);
    channel.postMessage(told);
  };
  // The lock is held until this tab goes; then the next one in line gets it and listens.
  const asLeader = (): Promise<never> =>
    new Promise(() => {
      listen(tell);
    });
  if (navigator.locks) void navigator.locks.request(name, asLeader);
  else void asLeader();
  // A tab that is not the one cannot know the state before somebody speaks: it supposes that all is well.
  take({ kind: "state", isLive: true });
}

function listen(tell: (told: Told) => void): void {
  const source = new EventSource(`${apiBase}/api/v2/events`);
  const told = (event: MessageEvent<string>): void =>
    tell({ kind: "change", change: JSON.parse(event.data) as Change });
  for (const type of [...TYPES, "start", "reset"]) source.addEventListener(type, told);
  source.onopen = () => tell({ kind: "state", isLive: true });
  source.onerror = () => {
    tell({ kind: "state", isLive: false });
    if (source.readyState === EventSource.CLOSED) setTimeout(() => listen(tell), 2000);
  };
  source.addEventListener("end", () => source.close());
}

/** What must be read again after a change: the keys of queries, by their first parts. */
export type Affected = (change: Change) => QueryKey[];

/** Read again what a change concerns: several changes in a moment are one reading, and only what is on the page is read. */
export function keepFresh(client: QueryClient, affected: Affected): () => void {
  const waiting = new Map<string, QueryKey>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = (): void => {
    timer = undefined;
    const keys = [...waiting.values()];
    waiting.clear();
    for (const queryKey of keys) void client.invalidateQueries({ queryKey }, { cancelRefetch: false });
  };
  return onChange((change) => {
    for (const key of affected(change)) waiting.set(JSON.stringify(key), key);
    if (waiting.size > 0 && timer === undefined) timer = setTimeout(flush, TOGETHER_MS);
  });
}
