// What the visitor may do, as far as their grants tell: it greys out buttons, and the server decides all the same.
import { useQuery } from "@tanstack/react-query";
import { api, data } from "./client";
import { keys } from "./keys";
import type { Schemas } from "./schemas";

export type Me = Schemas["MeResponse"];

/** Who the server takes one for. */
export function useMe() {
  return useQuery({ queryKey: keys.me, queryFn: () => data(api.GET("/auth/me")) });
}

/** Whether a name fits a pattern, in which only `*` is special. */
export function fits(name: string, pattern: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s").test(name);
}

/** The parts of `action:resource:names`; without names it is about all of them. */
export function partsOf(grant: string): { action: string; resource: string; names: string } {
  const [action = "", resource = "", ...names] = grant.split(":");
  return { action, resource, names: names.join(":") || "*" };
}

function allows(grant: string, action: string, resource: string, name: string | undefined): boolean {
  const it = partsOf(grant);
  const covers = (it.action === "*" || it.action === action) && (it.resource === "*" || it.resource === resource);
  return covers && (name === undefined || fits(name, it.names));
}

/** Why somebody may not do `action:resource` to a name (none: to any at all); undefined: they may. */
export function refusalOf(
  me: Pick<Me, "grants" | "scopes"> | undefined,
  needs: string,
  name?: string,
): string | undefined {
  if (!me) return undefined; // not known yet; the server says no where it must
  const { action, resource } = partsOf(needs);
  const byRoles = me.grants.some((one) => allows(one.grant, action, resource, name));
  const byScopes = me.scopes === null || me.scopes.some((one) => allows(one, action, resource, name));
  if (byRoles && byScopes) return undefined;
  const what = name === undefined ? needs : `${needs}:${name}`;
  return `You need the permission ${what}. Who manages users and access can give it to you.`;
}

/** Why the visitor may not do this; undefined: they may. */
export function useRefusal(needs: string, name?: string): string | undefined {
  return refusalOf(useMe().data, needs, name);
}
