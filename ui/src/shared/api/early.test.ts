import { afterEach, expect, test, vi } from "vitest";
import { ask, fetchOrTake, requestsOf } from "./early";

const PAGE = { pathname: "/pools", search: "", origin: "http://here" };
const POOLS = "http://here/api/v2/pools?order_by=name&offset=0&limit=100";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function answering(): ReturnType<typeof vi.fn> {
  const server = vi.fn(async (url: string | Request) => new Response(typeof url === "string" ? url : url.url));
  vi.stubGlobal("fetch", server);
  return server;
}

test("the names in an address stand in the requests, written as the client writes them", () => {
  expect(requestsOf("/dags/a b/runs/manual__2026-01-01T00:00:00+00:00", "/")).toEqual([
    "/api/v2/ui/dags/a%20b/runs/manual__2026-01-01T00%3A00%3A00%2B00%3A00",
  ]);
  expect(requestsOf("/dags/a%20b", "/")).toEqual(["/api/v2/ui/dags/a%20b/grid?limit=50", "/api/v2/ui/dags/a%20b"]);
});

test("an address within a workspace is that of the page", () => {
  expect(requestsOf("/w/team", "/w/team")).toEqual(["/api/v2/ui/home"]);
  expect(requestsOf("/w/team/pools", "/w/team")).toHaveLength(1);
});

test("of an address that is none of a page, or that cannot be read, nothing is asked", () => {
  for (const path of ["/nothing", "/dags/", "/dags/a/runs", "/dags/%E0%A4%A"])
    expect(requestsOf(path, "/")).toEqual([]);
});

test("what was asked early is not asked again, but once, in whichever order its parameters stand", async () => {
  const server = answering();
  ask(PAGE);
  expect(server).toHaveBeenCalledTimes(2);
  const answer = await fetchOrTake(new Request(POOLS));
  expect(await answer.text()).toBe("http://here/api/v2/pools?limit=100&offset=0&order_by=name");
  expect(server).toHaveBeenCalledTimes(2);
  await fetchOrTake(new Request(POOLS));
  expect(server).toHaveBeenCalledTimes(3);
});

test("an address with a search of its own shows something else than what could be asked early", () => {
  const server = answering();
  ask({ ...PAGE, search: "?search=gpu" });
  expect(server.mock.calls).toEqual([["http://here/auth/me"]]);
});

test("an old answer is not given out", async () => {
  vi.useFakeTimers();
  const server = answering();
  ask(PAGE);
  vi.advanceTimersByTime(11_000);
  await fetchOrTake(new Request(POOLS));
  expect(server).toHaveBeenCalledTimes(3);
});

test("a change is never answered by what was read", async () => {
  const server = answering();
  ask(PAGE);
  await fetchOrTake(new Request(POOLS, { method: "POST" }));
  expect(server).toHaveBeenCalledTimes(3);
  await fetchOrTake(new Request(POOLS));
  expect(server, "nor is what was read before it given out after it").toHaveBeenCalledTimes(4);
});
