// What the pages of users and access read.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { Token } from "@/shared/access/TokenTable";
import { api, data } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import { PAGE, useLongList } from "@/shared/api/lists";
import type { Schemas } from "@/shared/api/schemas";
import { given } from "@/shared/ui/search-params";
import { usersSearch } from "./search";

export type User = Schemas["UserResponse"];
export type ServiceAccount = Schemas["ServiceAccountResponse"];
export type Role = Schemas["RoleResponse"];

const KEY = "access";
const EVERYBODY = "~";

function pageOf(offset: number, search: string | undefined, sort: string | undefined) {
  return given({
    limit: PAGE,
    offset,
    username_pattern: search && `%${search}%`,
    order_by: [sort ?? "username"],
  });
}

export function useUsers(search: string | undefined, sort: string | undefined, isWanted = true) {
  const read = async (offset: number) => {
    const page = await data(api.GET("/auth/users", { params: { query: pageOf(offset, search, sort) } }));
    return { rows: page.users, total: page.total_entries };
  };
  return useLongList<User>(keys.admin(KEY, "users", search, sort), read, isWanted);
}

export function useServiceAccounts(search: string | undefined, sort: string | undefined) {
  return useLongList<ServiceAccount>(keys.admin(KEY, "service-accounts", search, sort), async (offset) => {
    const page = await data(api.GET("/auth/service-accounts", { params: { query: pageOf(offset, search, sort) } }));
    return { rows: page.service_accounts, total: page.total_entries };
  });
}

export function useRoles() {
  return useLongList<Role>(keys.admin(KEY, "roles"), async (offset) => {
    const page = await data(api.GET("/auth/roles", { params: { query: { limit: PAGE, offset } } }));
    return { rows: page.roles, total: page.total_entries };
  });
}

/** One role, with who holds it. */
export function useRole(name: string) {
  return useQuery({
    queryKey: keys.admin(KEY, "roles", name),
    queryFn: () => data(api.GET("/auth/roles/{role_name}", { params: { path: { role_name: name } } })),
  });
}

export function useAllTokens(withEnded: boolean) {
  return useLongList<Token>(keys.admin(KEY, "tokens", withEnded), async (offset) => {
    const query = given({
      limit: PAGE,
      offset,
      username: EVERYBODY,
      is_live: withEnded ? undefined : true,
      order_by: ["-created_at"],
    });
    const page = await data(api.GET("/auth/tokens", { params: { query } }));
    return { rows: page.tokens, total: page.total_entries };
  });
}

/** The search and the order of a list in the address of the page. */
export function useAddress(label: string) {
  const found = useSearch({ from: "/users" });
  const navigate = useNavigate({ from: "/users" });
  return {
    label,
    search: found.search,
    sort: found.sort ?? "username",
    onChange: (change: { search?: string | undefined; sort?: string | undefined }): void =>
      void navigate({ search: usersSearch({ ...found, ...change }), replace: true }),
  };
}

/** Whether the form of a new one is open, which the address says. */
export function useAdding() {
  const found = useSearch({ from: "/users" });
  const navigate = useNavigate({ from: "/users" });
  return {
    isAdding: found.add === 1,
    onAdding: (isAdding: boolean): void =>
      void navigate({ search: usersSearch({ ...found, add: isAdding ? 1 : undefined }), replace: !isAdding }),
  };
}

/** Makes all of it be read again; what one may do oneself may have changed with it. */
export function useChanged(): () => Promise<void> {
  const client = useQueryClient();
  return async () => {
    await client.invalidateQueries({ queryKey: keys.admin(KEY) });
    await client.invalidateQueries({ queryKey: keys.me });
  };
}
