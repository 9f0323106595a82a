import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Change, keepFresh } from "./live";

const change = { type: "dag", dag_id: "etl", change: "updated", time: "2026-11-22T12:00:00Z" } as Change;

/** A server that answers when the test says so. */
class Slow {
  asked = 0;
  private waiting: ((value: number) => void)[] = [];
  readonly read = (): Promise<number> => {
    this.asked += 1;
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

  it("reads again what it had before the stream began, when it is calm", async () => {
    tell({ type: "start" } as Change);
    await vi.advanceTimersByTimeAsync(500);
    expect(server.asked).toBe(1);
    await vi.advanceTimersByTimeAsync(2000);
    expect(server.asked).toBe(2);
  });
});

it("what came before somebody listened is told to the first who does", async () => {
  const sources: EventTarget[] = [];
  class Source extends EventTarget {
    constructor() {
      super();
      sources.push(this);
    }
    close(): void {}
  }
  vi.stubGlobal("EventSource", Source);
  vi.stubGlobal(
    "BroadcastChannel",
    class {
      postMessage(): void {}
    },
  );
  vi.stubGlobal("navigator", {});
  vi.resetModules();
  const live = await import("./live");
  live.startLive();
  sources[0]?.dispatchEvent(new MessageEvent("dag", { data: JSON.stringify(change) }));
  const heard: Change[] = [];
  live.onChange((one) => heard.push(one));
  live.onChange((one) => heard.push(one));
  expect(heard).toEqual([change]);
  vi.unstubAllGlobals();
});
