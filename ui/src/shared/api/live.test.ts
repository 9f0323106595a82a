import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Change, keepFresh } from "./live";

const change = { type: "dag", dag_id: "etl", change: "updated", time: "2026-11-22T12:00:00Z" } as Change;

/** A server that answers when the test says so. */
class Slow {
  asked = 0;
  /** Milliseconds after which it answers by itself. */
  takes = 0;
  private waiting: ((value: number) => void)[] = [];
  readonly read = (): Promise<number> => {
    this.asked += 1;
    const { asked, takes } = this;
    if (takes > 0) return new Promise((resolve) => setTimeout(() => resolve(asked), takes));
    return new Promise((resolve) => this.waiting.push(resolve));
  };
  async answer(value: number): Promise<void> {
    for (const resolve of this.waiting.splice(0)) resolve(value);
    await vi.advanceTimersByTimeAsync(0);
  }
}

describe("a page", () => {
  let client: QueryClient;
  let server: Slow;
  let tell: (change: Change) => void;
  let ends: (() => void)[];

  beforeEach(async () => {
    vi.useFakeTimers();
    client = new QueryClient();
    server = new Slow();
    tell = () => undefined;
    const observer = new QueryObserver(client, { queryKey: ["dag", "etl", "live"], queryFn: server.read });
    ends = [
      observer.subscribe(() => undefined),
      keepFresh(
        client,
        () => [["dag", "etl"], ["dag"]],
        (listener) => {
          tell = listener;
          return () => undefined;
        },
      ),
    ];
    await server.answer(1);
  });
  afterEach(() => {
    for (const end of ends) end();
    client.clear();
    vi.useRealTimers();
  });
  const shown = (): unknown => client.getQueryData(["dag", "etl", "live"]);

  it("reads once for many changes in a moment, by whichever key", async () => {
    tell(change);
    tell(change);
    await vi.advanceTimersByTimeAsync(100);
    expect(server.asked).toBe(2);
    await server.answer(2);
    await vi.advanceTimersByTimeAsync(5000);
    expect(server.asked).toBe(2);
    expect(shown()).toBe(2);
  });

  it("reads again what changed while it was being read", async () => {
    tell(change);
    await vi.advanceTimersByTimeAsync(100);
    tell(change);
    await vi.advanceTimersByTimeAsync(500);
    expect(server.asked, "not beside the first one").toBe(2);
    await server.answer(2);
    await vi.advanceTimersByTimeAsync(2000);
    expect(server.asked).toBe(3);
    await server.answer(3);
    expect(shown()).toBe(3);
  });

  it("asks a slow server less often", async () => {
    tell(change);
    await vi.advanceTimersByTimeAsync(640);
    await server.answer(2);
    tell(change);
    await vi.advanceTimersByTimeAsync(500);
    expect(server.asked).toBe(2);
    await vi.advanceTimersByTimeAsync(200);
    expect(server.asked).toBe(3);
  });

  it("that nobody looks at reads when somebody does", async () => {
    const hidden = vi.spyOn(document, "hidden", "get").mockReturnValue(true);
    tell(change);
    await vi.advanceTimersByTimeAsync(5000);
    expect(server.asked).toBe(1);
    hidden.mockRestore();
    document.dispatchEvent(new Event("visibilitychange"));
    await vi.advanceTimersByTimeAsync(100);
    expect(server.asked).toBe(2);
  });

  it("does not wait for ever for an answer that does not come", async () => {
    tell(change);
    await vi.advanceTimersByTimeAsync(100);
    tell(change);
    await vi.advanceTimersByTimeAsync(5000);
    expect(server.asked).toBe(3);
  });

  it("hears a server that takes longer than one waits for it, though changes go on", async () => {
    server.takes = 5000;
    for (let second = 0; second < 20; second += 1) {
      tell(change);
      await vi.advanceTimersByTimeAsync(1000);
    }
    expect(shown()).toBeGreaterThan(1);
  });

  it("reads again what it had before the stream began, when it is calm", async () => {
    tell({ type: "start" } as Change);
    await vi.advanceTimersByTimeAsync(500);
    expect(server.asked).toBe(1);
    await vi.advanceTimersByTimeAsync(2000);
    expect(server.asked).toBe(2);
  });
});

describe("a tab", () => {
  const sources: Source[] = [];
  let refused = 0;
  class Source extends EventTarget {
    static readonly CLOSED = 2;
    readyState = 1;
    onerror: (() => void) | undefined;
    constructor() {
      super();
      sources.push(this);
    }
    close(): void {}
    refuse(): void {
      this.readyState = Source.CLOSED;
      this.onerror?.();
    }
  }
  class Channel {
    postMessage(): void {}
  }
  /** What it begins with; `navigator`: whether another one listens. */
  async function begun(navigator: object = {}): Promise<typeof import("./live")> {
    vi.useFakeTimers();
    sources.length = 0;
    refused = 0;
    for (const [name, value] of Object.entries({ EventSource: Source, BroadcastChannel: Channel, navigator })) {
      vi.stubGlobal(name, value);
    }
    vi.resetModules();
    const live = await import("./live");
    live.startLive(() => {
      refused += 1;
    });
    return live;
  }
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });
  const say = (one: { type: string }, source = sources.at(-1)): void =>
    void source?.dispatchEvent(new MessageEvent(one.type, { data: JSON.stringify(one) }));

  it("tells what came before the page was drawn to all that begin to listen with it", async () => {
    const { onChange } = await begun();
    say(change);
    const heard: Change[][] = [[], [], []];
    onChange((one) => heard[0]?.push(one));
    onChange((one) => heard[1]?.push(one));
    await vi.advanceTimersByTimeAsync(10);
    onChange((one) => heard[2]?.push(one));
    expect(heard[0]).toContainEqual(change);
    expect(heard[1]).toEqual(heard[0]);
    expect(heard[2]).toEqual([]);
  });

  it("for which another listens reads again what it asked for before it could hear", async () => {
    const { onChange } = await begun({ locks: { request: () => new Promise(() => undefined) } });
    const heard: string[] = [];
    onChange(({ type }) => heard.push(type));
    expect(sources).toEqual([]);
    expect(heard).toEqual(["start"]);
  });

  it("asks again for a stream that the server has ended, and for what it shows", async () => {
    const { onChange, liveState } = await begun();
    const heard: string[] = [];
    onChange(({ type }) => heard.push(type));
    say({ type: "start" });
    say({ type: "end" });
    expect(heard.at(-1)).toBe("reset");
    expect(liveState.get()).toBe(false);
    await vi.advanceTimersByTimeAsync(6000);
    expect(sources).toHaveLength(2);
    heard.length = 0;
    say({ type: "end" });
    expect(heard, "but not each time that it is refused").toEqual([]);
    await vi.advanceTimersByTimeAsync(6000);
    expect(sources).toHaveLength(3);
  });

  it("that is refused a stream asks once who one is, and goes on asking for a stream", async () => {
    const { liveState } = await begun();
    sources.at(-1)?.refuse();
    expect(refused).toBe(1);
    expect(liveState.get()).toBe(false);
    await vi.advanceTimersByTimeAsync(2500);
    expect(sources).toHaveLength(2);
    sources.at(-1)?.refuse();
    await vi.advanceTimersByTimeAsync(2500);
    expect(sources).toHaveLength(3);
    expect(refused).toBe(1);
    say({ type: "start" });
    sources.at(-1)?.refuse();
    expect(refused, "once more after one that it was given").toBe(2);
  });

  it("that is refused for long asks now and then: the first time it may only have been the server that was away", async () => {
    await begun();
    for (let times = 0; times < 16; times += 1) {
      sources.at(-1)?.refuse();
      await vi.advanceTimersByTimeAsync(2500);
    }
    expect(refused).toBe(2);
  });
});
