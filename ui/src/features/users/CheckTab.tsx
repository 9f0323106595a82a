// Whether somebody may do something, and why: the answer that the server itself would act on.
import { Alert, Autocomplete, Button, Select, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { api, data } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import { refusalOf, useMe } from "@/shared/api/may";
import { given } from "@/shared/ui/search-params";
import { ErrorPanel } from "@/shared/ui/whole-page";
import { useUsers } from "./queries";
import { usersSearch } from "./search";
import classes from "./users.module.css";

export function CheckTab() {
  const asked = useSearch({ from: "/users" });
  const navigate = useNavigate({ from: "/users" });
  const [draft, setDraft] = useState({
    who: asked.who ?? "",
    action: asked.action ?? "read",
    resource: asked.resource ?? "dag",
    name: asked.name ?? "",
  });
  const me = useMe();
  const mayName = me.data !== undefined && refusalOf(me.data, "read:user") === undefined;
  const users = useUsers(draft.who.trim() || undefined, undefined, mayName);
  const words = useQuery({ queryKey: keys.admin("permissions"), queryFn: () => data(api.GET("/auth/permissions")) });
  const { who, action, resource, name } = asked;
  const answer = useQuery({
    queryKey: keys.admin("access", "can-i", who, action, resource, name),
    queryFn: () => {
      const query = { action: action ?? "", resource: resource ?? "", ...given({ name, username: who }) };
      return data(api.GET("/auth/can-i", { params: { query } }));
    },
    enabled: action !== undefined && resource !== undefined,
    staleTime: 0,
  });
  const set = (change: Partial<typeof draft>): void => setDraft((before) => ({ ...before, ...change }));
  const ask = (): void => {
    void navigate({ search: usersSearch({ tab: "check", ...draft, who: draft.who.trim(), name: draft.name.trim() }) });
    if (action !== undefined) void answer.refetch();
  };
  const namedBy = words.data?.resources.find((one) => one.name === draft.resource)?.named_by;
  return (
    <>
      <form
        className={`card ${classes.check}`}
        onSubmit={(event) => {
          event.preventDefault();
          ask();
        }}
      >
        <Autocomplete
          label="May"
          size="xs"
          placeholder={me.data ? `${me.data.username} (you)` : "you"}
          data={users.rows.map((row) => row.username)}
          value={draft.who}
          onChange={(value) => set({ who: value })}
        />
        <Select
          label="do this"
          data={words.data?.actions ?? [draft.action]}
          value={draft.action}
          allowDeselect={false}
          onChange={(value) => value && set({ action: value })}
        />
        <Select
          label="to this kind of thing"
          searchable
          data={words.data?.resources.map((one) => one.name) ?? [draft.resource]}
          value={draft.resource}
          allowDeselect={false}
          onChange={(value) => value && set({ resource: value })}
        />
        <TextInput
          label="of this name"
          placeholder={namedBy ? `${namedBy}; empty: any at all` : "empty: any at all"}
          value={draft.name}
          onChange={(event) => set({ name: event.currentTarget.value })}
        />
        <div>
          <Button type="submit" loading={answer.isFetching}>
            Check
          </Button>
        </div>
      </form>
      {answer.error && <ErrorPanel error={answer.error} />}
      {answer.data && !answer.error && (
        <Alert
          mt="md"
          role="status"
          color={answer.data.allowed ? "green" : "red"}
          title={answer.data.allowed ? `Yes, ${answer.data.username} may` : `No, ${answer.data.username} may not`}
        >
          {answer.data.reason}
        </Alert>
      )}
    </>
  );
}
