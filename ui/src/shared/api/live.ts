// What happens on the server, as it happens. Of all tabs of a browser one listens and tells the others: a browser opens
// only six connections to a server, and a stream takes one for as long as it is read.
import type { QueryClient, QueryKey } from "@tanstack/react-query";
import { apiBase, workspace } from "./place";
import type { Schemas } from "./schemas";

export type Change = Schemas["StreamEvent"];
type Told = { kind: "change"; change: Change; id: string } | { kind: "state"; isLive: boolean };
type Listener = (change: Change) => void;

const TYPES = ["dag_run", "task_instance", "expansion", "dag", "asset_event", "import_error", "backfill"] as const;
/** Changes that come within this are one reading. */
const TOGETHER_MS = 40;
/** After a reading that took its time the next one waits as long, but no longer than this. */
const LONGEST_PAUSE_MS = 1000;
/** What has not been answered by then is no longer waited for; the next one is for longer, up to this. */
const PATIENCE_MS = 3000;
const LONGEST_PATIENCE_MS = 60_000;
/** After the beginning of a stream what was read before is read again, when the page has been drawn. */
const CALM_MS = 1500;
const MOST_UNHEARD = 1000;
/** A stream that the server has ended is asked for again after this. */
const AGAIN_MS = 5000;
/** Of so many refusals in a row one leads to the question who one is: the first may have been of a proxy without its server. */
const ASK_EVERY = 15;

const listeners = new Set<Listener>();
/** What came before the page was drawn, for all who begin to listen with it. */
let unheard: Change[] | undefined = [];
const stateListeners = new Set<() => void>();
let isLive = false;
let seen: string | undefined;

/** The id of the last change that this page has heard of: what is read now must know of it, and of nothing later. */
export const seenChange = (): string | undefined => seen;

/** Call this with each change from now on; the answer ends it. */
export function onChange(listener: Listener): () => void {
  listeners.add(listener);
  if (unheard) {
    for (const change of unheard) listener(change);
    // The parts of a page begin to listen before the page itself, all in one go.
    setTimeout(() => {
      unheard = undefined;
    });
  }
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
    seen = told.id || seen;
    for (const listener of listeners) listener(told.change);
    if (unheard && unheard.length < MOST_UNHEARD) unheard.push(told.change);
  } else if (told.isLive !== isLive) {
    isLive = told.isLive;
    for (const listener of stateListeners) listener();
  }
}

/** Listen, here or by way of the tab that does; `onRefused`: the server has a stream for this one no more, or never had. */
export function startLive(onRefused: () => void): void {
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
      listen(tell, onRefused);
    });
  if (navigator.locks) void navigator.locks.request(name, asLeader);
  else void asLeader();
  // A tab that is not the one cannot know the state before somebody speaks: it supposes that all is well.
  take({ kind: "state", isLive: true });
  // What it has asked for already may have changed before it could hear: only the one that listens is greeted.
  take({ kind: "change", change: { type: "start" } as Change, id: "" });
}

function listen(tell: (told: Told) => void, onRefused: () => void, refusals = 0): void {
  const source = new EventSource(`${apiBase}/api/v2/events`);
  let hasBegun = false;
  const told = (event: MessageEvent<string>): void =>
    tell({ kind: "change", change: JSON.parse(event.data) as Change, id: event.lastEventId });
  for (const type of [...TYPES, "start", "reset"]) source.addEventListener(type, told);
  source.onopen = () => tell({ kind: "state", isLive: true });
  source.onerror = () => {
    tell({ kind: "state", isLive: false });
    if (source.readyState !== EventSource.CLOSED) return;
    const inARow = hasBegun ? 0 : refusals;
    if (inARow % ASK_EVERY === 0) onRefused();
    setTimeout(() => listen(tell, onRefused, inARow + 1), 2000);
  };
  source.addEventListener("start", () => {
    hasBegun = true;
  });
  // The session is over, or may do less. All tabs read again, which leads to the log-in where that is needed; this one goes
  // on asking, as the others, and whoever logs in beside it, hear of changes by way of it.
  source.addEventListener("end", () => {
    source.close();
    tell({ kind: "state", isLive: false });
    if (hasBegun) tell({ kind: "change", change: { type: "reset" } as Change, id: "" });
    setTimeout(() => listen(tell, onRefused), AGAIN_MS);
  });
}

/** What must be read again after a change: the keys of queries, by their first parts. */
export type Affected = (change: Change) => QueryKey[];

/**
 * Read again what changes concern: several in a moment are one reading, and only what is on the page is read.
 *
 * One reading follows the other, never beside it: what was asked for before a change is asked for again after it, and a
 * server that takes long to answer is asked less often. A page that nobody looks at waits until somebody does.
 */
export function keepFresh(client: QueryClient, affected: Affected, listen: typeof onChange = onChange): () => void {
  const waiting = new Map<string, QueryKey>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let calm: ReturnType<typeof setTimeout> | undefined;
  let isReading = false;
  let isOver = false;
  let restUntil = 0;
  let patience = PATIENCE_MS;
  const plan = (): void => {
    if (waiting.size === 0 || timer !== undefined || isReading || isOver || document.hidden) return;
    timer = setTimeout(() => void read(), Math.max(TOGETHER_MS, restUntil - performance.now()));
  };
  const read = async (): Promise<void> => {
    timer = undefined;
    isReading = true;
    const keys = [...waiting.values()];
    waiting.clear();
    const began = performance.now();
    const tooLate = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), patience));
    const isAnswered = await Promise.race([readAgain(client, keys).then(() => true), tooLate]);
    // The next reading takes the place of one that goes on: of a server that takes longer nothing would ever be heard.
    patience = isAnswered ? PATIENCE_MS : Math.min(2 * patience, LONGEST_PATIENCE_MS);
    isReading = false;
    const ended = performance.now();
    restUntil = ended + Math.min(ended - began, LONGEST_PAUSE_MS);
    plan();
  };
  const end = listen((change) => {
    if (change.type === "start") {
      // What was read before may have changed in between: rarely. Who one is, no change tells.
      calm ??= setTimeout(() => {
        calm = undefined;
        for (const { queryKey } of client.getQueryCache().findAll({ type: "active" })) {
          if (queryKey[0] !== "me") waiting.set(JSON.stringify(queryKey), queryKey);
        }
        plan();
      }, CALM_MS);
      return;
    }
    for (const key of affected(change)) waiting.set(JSON.stringify(key), key);
    plan();
  });
  document.addEventListener("visibilitychange", plan);
  return () => {
    isOver = true;
    end();
    clearTimeout(timer);
    clearTimeout(calm);
    document.removeEventListener("visibilitychange", plan);
  };
}

/** Each query once, however many of the keys it goes by; one that is being read may be from before the change. */
async function readAgain(client: QueryClient, keys: QueryKey[]): Promise<void> {
  for (const queryKey of keys) void client.invalidateQueries({ queryKey, refetchType: "none" });
  await client.refetchQueries({ type: "active", predicate: (query) => query.state.isInvalidated });
}
