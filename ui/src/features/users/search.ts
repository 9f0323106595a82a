// The view state of users and access, as its address has it.
import { given, oneOf, text } from "@/shared/ui/search-params";

export const TABS = ["users", "roles", "service-accounts", "tokens", "check"] as const;
export type Tab = (typeof TABS)[number];

export interface UsersSearch {
  tab?: Tab;
  search?: string;
  sort?: string;
  /** The form of a new one is open. */
  add?: 1;
  /** The role whose details are open. */
  role?: string;
  ended?: true;
  /** What is checked. */
  who?: string;
  action?: string;
  resource?: string;
  name?: string;
}

/** What of an address can be understood; the rest is left out. */
export function usersSearch(search: Record<string, unknown>): UsersSearch {
  return given({
    tab: oneOf(search.tab, TABS),
    search: text(search.search),
    sort: text(search.sort),
    add: search.add === 1 || search.add === "1" ? (1 as const) : undefined,
    role: text(search.role),
    ended: search.ended === true || search.ended === "true" ? (true as const) : undefined,
    who: text(search.who),
    action: text(search.action),
    resource: text(search.resource),
    name: text(search.name),
  });
}
