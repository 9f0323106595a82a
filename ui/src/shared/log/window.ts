// The part of a log that is at hand: pieces that follow one another, more of them at either end when asked for.
import { api, data } from "@/shared/api/client";
import { apiBase } from "@/shared/api/place";
import type { Schemas } from "@/shared/api/schemas";
import type { LogLine } from "./rows";

export type LogPiece = Schemas["LogPiece"];

export interface LogAddress {
  dagId: string;
  runId: string;
  taskId: string;
  mapIndex: number;
  tryNumber: number;
}

export interface LogState {
  lines: LogLine[];
  start: number;
  end: number;
  size: number;
  isLive: boolean;
  isLoading: boolean;
  error: unknown;
}

const PATH = "/api/v2/ui/dags/{dag_id}/runs/{run_id}/tasks/{task_id}/log/{try_number}";
/** What is kept at hand at most, whichever comes first: further lines are read again when they are scrolled to. */
const KEPT_LINES = 20_000;
const KEPT_CHARACTERS = 24_000_000;
/** Of a log that is followed, whose lines pass by. */
const FOLLOWED_LINES = 6_000;
const EMPTY: LogState = { lines: [], start: 0, end: 0, size: 0, isLive: false, isLoading: true, error: undefined };

export interface Asked {
  at?: number;
  before?: number;
  search?: string;
  level?: string[];
}

/** One piece of a log, or what a search in it finds. */
export function logPiece(of: LogAddress, asked: Asked, signal?: AbortSignal): Promise<LogPiece> {
  const path = { dag_id: of.dagId, run_id: of.runId, task_id: of.taskId, try_number: of.tryNumber };
  const query = { map_index: of.mapIndex, ...asked };
  const options = { params: { path, query }, ...(signal ? { signal } : {}) };
  return data(api.GET(PATH, options)) as Promise<LogPiece>;
}

function addressOf(of: LogAddress): string {
  const parts = [of.dagId, of.runId, of.taskId].map(encodeURIComponent);
  return `${apiBase}/api/v2/ui/dags/${parts[0]}/runs/${parts[1]}/tasks/${parts[2]}/log/${of.tryNumber}?map_index=${of.mapIndex}`;
}

/** A log of which a part is read; for `useSyncExternalStore`. */
export class LogWindow {
  private state = EMPTY;
  private listeners = new Set<() => void>();
  private stop = new AbortController();
  private isFollowing = false;
  /** Whether somebody reads above the end: then nothing above is let go for what is new below. */
  isHeld = false;

  constructor(private readonly of: LogAddress) {}

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  get = (): LogState => this.state;

  /** Begin, at a byte or at the end; the answer ends all reading. */
  open(at: number | undefined): () => void {
    this.stop = new AbortController();
    void this.jump(at);
    const seen = (): void => {
      if (document.hidden) this.stop.abort();
      else {
        this.stop = new AbortController();
        void this.follow();
      }
    };
    document.addEventListener("visibilitychange", seen);
    return () => {
      document.removeEventListener("visibilitychange", seen);
      this.stop.abort();
    };
  }

  /** Counts jumps: what was asked for before one belongs to another part, and is dropped. */
  private jumps = 0;

  /** Show the part around a byte, or the end. */
  async jump(at: number | undefined): Promise<void> {
    this.jumps += 1;
    const { jumps } = this;
    await this.reading(async (signal) => {
      const here = await logPiece(this.of, at === undefined ? {} : { at }, signal);
      if (jumps !== this.jumps) return;
      if (at === undefined || here.start === 0) return this.set(here);
      const above = await logPiece(this.of, { before: here.start }, signal);
      if (jumps !== this.jumps) return;
      this.set({ ...here, start: above.start, first_line: above.first_line, lines: [...above.lines, ...here.lines] });
    });
    if (this.isAtEnd) void this.follow();
  }

  /** Read what comes before. */
  async earlier(): Promise<void> {
    if (this.state.isLoading || this.state.start === 0) return;
    const { jumps } = this;
    await this.reading(async (signal) => {
      const piece = await logPiece(this.of, { before: this.state.start }, signal);
      if (jumps !== this.jumps) return;
      const lines = firstOf([...piece.lines, ...this.state.lines]);
      this.put({ lines, start: piece.start, size: piece.size, end: this.endAfter(lines, this.state.end) });
    });
  }

  /** Read what comes after. */
  async later(): Promise<void> {
    if (this.state.isLoading || this.isAtEnd) return;
    const { jumps } = this;
    await this.reading(async (signal) => {
      const piece = await logPiece(this.of, { at: this.state.end }, signal);
      if (jumps === this.jumps) this.append([piece]);
    });
    if (this.isAtEnd) void this.follow();
  }

  get isAtEnd(): boolean {
    return this.isFollowing || this.state.end >= this.state.size;
  }

  /** Take lines as they are written, for as long as the try goes on and the page is looked at. */
  private async follow(): Promise<void> {
    const { signal } = this.stop;
    if (this.isFollowing || !this.state.isLive || !this.isAtEnd || signal.aborted) return;
    this.isFollowing = true;
    try {
      const answer = await fetch(`${addressOf(this.of)}&at=${this.state.end}`, {
        headers: { accept: "application/x-ndjson" },
        signal,
      });
      if (!answer.ok || !answer.body) throw new Error(`The server answered ${answer.status}.`);
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        const parts = (rest + value).split("\n");
        rest = parts.pop() ?? "";
        const pieces = parts.map((part) => JSON.parse(part) as LogPiece);
        if (pieces.length === 0) continue;
        if (this.isHeld && this.isFull) {
          // Who reads above is left alone; what follows is read when it is scrolled to.
          this.put({ size: pieces.at(-1)?.size ?? this.state.size });
          await reader.cancel();
          return;
        }
        this.append(pieces, this.isHeld ? KEPT_LINES : FOLLOWED_LINES);
      }
    } catch (error) {
      if (!signal.aborted) this.put({ error });
    } finally {
      this.isFollowing = false;
    }
  }

  private async reading(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const { signal } = this.stop;
    this.put({ isLoading: true, error: undefined });
    try {
      await work(signal);
      this.put({ isLoading: false });
    } catch (error) {
      if (!signal.aborted) this.put({ isLoading: false, error });
    }
  }

  private set(piece: LogPiece): void {
    this.put({ lines: piece.lines, start: piece.start, end: piece.end, size: piece.size, isLive: piece.is_live });
  }

  private get isFull(): boolean {
    return this.state.lines.length >= KEPT_LINES || lengthOf(this.state.lines) >= KEPT_CHARACTERS;
  }

  private append(pieces: readonly LogPiece[], most = KEPT_LINES): void {
    const last = pieces.at(-1);
    if (!last) return;
    const all = [...this.state.lines, ...pieces.flatMap((piece) => piece.lines)];
    const lines = lastOf(all, most);
    const start = lines.length < all.length ? (lines[0]?.[0] ?? 0) : this.state.start;
    this.put({ lines, start, end: Math.max(last.end, this.state.end), size: last.size, isLive: last.is_live });
  }

  /** Where the lines that are kept end: where the next one begins that was let go. */
  private endAfter(lines: LogLine[], end: number): number {
    const kept = lines.at(-1);
    const last = this.state.lines.at(-1);
    if (!kept || kept === last) return end;
    const at = this.state.lines.indexOf(kept);
    return this.state.lines[at + 1]?.[0] ?? end;
  }

  private put(changes: Partial<LogState>): void {
    this.state = { ...this.state, ...changes };
    for (const listener of this.listeners) listener();
  }
}

const lengthOf = (lines: readonly LogLine[]): number => lines.reduce((sum, line) => sum + line[5].length, 0);

/** As many of the lines as are kept, from the first on. */
export function firstOf(lines: LogLine[]): LogLine[] {
  let left = KEPT_CHARACTERS;
  const end = lines.findIndex((line, at) => {
    left -= line[5].length;
    return at > 0 && (at >= KEPT_LINES || left < 0);
  });
  return end < 0 ? lines : lines.slice(0, end);
}

/** As many of the lines as are kept, up to the last. */
export function lastOf(lines: LogLine[], most = KEPT_LINES): LogLine[] {
  let left = KEPT_CHARACTERS;
  const begin = lines.findLastIndex((line, at) => {
    left -= line[5].length;
    return at < lines.length - 1 && (lines.length - at > most || left < 0);
  });
  return begin < 0 ? lines : lines.slice(begin + 1);
}
