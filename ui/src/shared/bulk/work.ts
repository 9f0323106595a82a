// Works through many things, a few requests at once: what fails is told with its reason, and the rest is done.
import { ApiError } from "@/shared/api/client";

const AT_ONCE = 4;

export interface Failure {
  name: string;
  reason: string;
}

/** What has become of all things; those that nobody came to are in none of the two. */
export interface Outcome<T> {
  done: T[];
  failed: Failure[];
}

interface Work<T> {
  /** What goes into one request each. */
  parts: readonly T[][];
  /** One request; it tells what failed of it, or throws when all of it did. */
  act: (part: T[]) => Promise<Failure[]>;
  /** After each request: how many things are through. */
  onProgress: (through: number) => void;
  isStopped: () => boolean;
}

export async function workThrough<T extends { name: string }>(work: Work<T>): Promise<Outcome<T>> {
  const outcome: Outcome<T> = { done: [], failed: [] };
  const waiting = [...work.parts];
  const lane = async (): Promise<void> => {
    for (let part = waiting.shift(); part && !work.isStopped(); part = waiting.shift()) {
      const failed = await tried(part, work.act);
      if (failed === "each") {
        waiting.unshift(...part.map((one) => [one]));
        continue;
      }
      const names = new Set(failed.map((one) => one.name));
      outcome.failed.push(...failed);
      outcome.done.push(...part.filter((one) => !names.has(one.name)));
      work.onProgress(outcome.done.length + outcome.failed.length);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return outcome;
}

/** What failed of one request. A refusal of several leaves all of them as they were, so each is to be tried by itself. */
async function tried<T extends { name: string }>(part: T[], act: Work<T>["act"]): Promise<Failure[] | "each"> {
  try {
    return await act(part);
  } catch (error) {
    if (part.length > 1 && isRefusal(error)) return "each";
    const reason = error instanceof Error ? error.message : String(error);
    return part.map(({ name }) => ({ name, reason }));
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 401;
}
