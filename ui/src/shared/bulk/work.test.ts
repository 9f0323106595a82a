import { expect, test } from "vitest";
import { ApiError } from "@/shared/api/client";
import { workThrough } from "./work";

const things = (count: number) => Array.from({ length: count }, (_, index) => ({ name: `t${index}` }));
const alone = (count: number) => things(count).map((one) => [one]);
const silent = { onProgress: () => undefined, isStopped: () => false };

test("four requests are under way at once, never more, and progress is told after each", async () => {
  let now = 0;
  let most = 0;
  const progress: number[] = [];
  const act = async () => {
    most = Math.max(most, ++now);
    await new Promise((resolve) => setTimeout(resolve, 1));
    now -= 1;
    return [];
  };
  const { done, failed } = await workThrough({
    ...silent,
    parts: alone(10),
    act,
    onProgress: (through) => progress.push(through),
  });
  expect(most).toBe(4);
  expect(done).toHaveLength(10);
  expect(failed).toEqual([]);
  expect(progress).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

test("what fails is told by name with its reason, and the rest is done", async () => {
  const act = async ([one]: { name: string }[]) => {
    if (one?.name === "t1") throw new ApiError(409, "it is running");
    return [];
  };
  const { done, failed } = await workThrough({ ...silent, parts: alone(3), act });
  expect(done.map((one) => one.name)).toEqual(["t0", "t2"]);
  expect(failed).toEqual([{ name: "t1", reason: "it is running" }]);
});

test("of several in one request each is tried by itself when they are refused together", async () => {
  const asked: string[] = [];
  const act = async (part: { name: string }[]) => {
    asked.push(part.map((one) => one.name).join(" "));
    if (part.some((one) => one.name === "t1")) throw new ApiError(404, "it is gone");
    return [];
  };
  const { done, failed } = await workThrough({ ...silent, parts: [things(3)], act });
  expect(asked).toEqual(["t0 t1 t2", "t0", "t1", "t2"]);
  expect(done.map((one) => one.name)).toEqual(["t0", "t2"]);
  expect(failed).toEqual([{ name: "t1", reason: "it is gone" }]);
});

test("what a server that fails has done is not known, so nothing is sent again", async () => {
  let requests = 0;
  const act = async () => {
    requests += 1;
    throw new ApiError(503, "the database is away");
  };
  const { done, failed } = await workThrough({ ...silent, parts: [things(2)], act });
  expect(requests).toBe(1);
  expect(done).toEqual([]);
  expect(failed.map((one) => one.name)).toEqual(["t0", "t1"]);
});

test("who stops it has what is under way ended and nothing else begun", async () => {
  let through = 0;
  const { done } = await workThrough({
    parts: alone(100),
    act: async () => [],
    onProgress: (now) => {
      through = now;
    },
    isStopped: () => through >= 8,
  });
  expect(done.length).toBeGreaterThanOrEqual(8);
  expect(done.length).toBeLessThan(16);
});

test("nor is anything begun of those that were refused together, and of none it is said that it failed", async () => {
  let requests = 0;
  const { done, failed } = await workThrough({
    ...silent,
    parts: [things(25)],
    act: async (part) => {
      requests += 1;
      if (part.length > 1) throw new ApiError(409, "one of them runs");
      return [];
    },
    isStopped: () => requests >= 3,
  });
  expect(requests).toBe(3);
  expect(done.map((one) => one.name)).toEqual(["t0", "t1"]);
  expect(failed).toEqual([]);
});
