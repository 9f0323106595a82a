// What an action on several things is, and on which of those that were chosen it is done.
import type { IconProps } from "@tabler/icons-react";
import type { ComponentType } from "react";
import { type Me, refusalOf } from "@/shared/api/may";
import type { Failure } from "./work";

export interface Thing {
  /** As people are told of it, unlike all others. */
  name: string;
  /** Permissions are about DAGs. */
  dagId: string;
}

/** What one can choose beside, by its id. */
export type Choices = Record<string, boolean>;

export interface BulkAction<T extends Thing> {
  id: string;
  /** What is done to them: `Pause`. */
  verb: string;
  /** With what it is done to, where that does not just follow: `Mark 3 runs as failed`. */
  title?: (what: string) => string;
  /** What they are now: `paused`. */
  done: string;
  icon: ComponentType<IconProps>;
  /** As `action:resource`. */
  needs: string;
  isDangerous?: boolean;
  /** Why this cannot be done to one, or would change nothing; undefined: it can. */
  obstacle?: (thing: T) => string | undefined;
  choices?: { id: string; label: string; description: string }[];
  Consequences: ComponentType<{ things: T[]; choices: Choices }>;
  /** One request, about so many things of one DAG at most. */
  most: number;
  act: (some: T[], choices: Choices) => Promise<Failure[]>;
  /** Has what was changed read again. */
  after: (things: T[]) => void;
}

export interface Plan<T extends Thing> {
  meant: T[];
  /** Those that were chosen too, by why they are left out. */
  left: Map<string, T[]>;
}

/** What is asked: `Pause 3 DAGs`. */
export function titleOf<T extends Thing>(action: Pick<BulkAction<T>, "verb" | "title">, what: string): string {
  return action.title?.(what) ?? `${action.verb} ${what}`;
}

/** On which of those that were chosen the action is done: where it makes sense, and the visitor may. */
export function planOf<T extends Thing>(
  action: Pick<BulkAction<T>, "needs" | "obstacle">,
  chosen: readonly T[],
  me: Pick<Me, "grants" | "scopes"> | undefined,
): Plan<T> {
  const plan: Plan<T> = { meant: [], left: new Map() };
  for (const thing of new Map(chosen.map((one) => [one.name, one])).values()) {
    const reason = refusalOf(me, action.needs, thing.dagId) ?? action.obstacle?.(thing);
    if (reason === undefined) plan.meant.push(thing);
    else plan.left.set(reason, [...(plan.left.get(reason) ?? []), thing]);
  }
  return plan;
}

/** What goes into one request each: so many of one DAG at most. */
export function partsOf<T extends Thing>(things: readonly T[], most: number): T[][] {
  const byDag = new Map<string, T[][]>();
  for (const thing of things) {
    const parts = byDag.get(thing.dagId) ?? [];
    const last = parts.at(-1);
    if (last && last.length < most) last.push(thing);
    else parts.push([thing]);
    byDag.set(thing.dagId, parts);
  }
  return [...byDag.values()].flat();
}
