// The people who may log in.
import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { IconEdit, IconLockOpen, IconPlus, IconTrash } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { api } from "@/shared/api/client";
import { Confirm } from "@/shared/ui/confirm";
import type { Column } from "@/shared/ui/DataTable";
import { EmptyState } from "@/shared/ui/EmptyState";
import { Gated } from "@/shared/ui/Gated";
import { Moment } from "@/shared/ui/Moment";
import { tellDone, tellFailed } from "@/shared/ui/told";
import { AccountForm } from "./AccountForm";
import { RoleNames } from "./HeldRoles";
import { ListTab } from "./ListTab";
import { type User, useChanged, useUsers } from "./queries";
import { usersSearch } from "./search";
import classes from "./users.module.css";

type Asked = { kind: "edit"; user: User | undefined } | { kind: "delete"; user: User } | undefined;

export function UsersTab() {
  const found = useSearch({ from: "/users" });
  const navigate = useNavigate({ from: "/users" });
  const changed = useChanged();
  const [asked, ask] = useState<Asked>();
  const list = useUsers(found.search, found.sort);
  const unlock = async (username: string): Promise<void> => {
    try {
      await api.POST("/auth/users/{username}/unlock", { params: { path: { username } } });
      tellDone(`${username} can try passwords again.`);
    } catch (error) {
      tellFailed(error);
    }
  };
  const columns: Column<User>[] = [
    {
      id: "username",
      header: "User name",
      sort: "username",
      width: "minmax(130px, 1fr)",
      cell: (row) => (
        <>
          {row.username} {!row.is_active && <span className={classes.off}>not active</span>}
        </>
      ),
    },
    {
      id: "name",
      header: "Name",
      width: "minmax(120px, 1fr)",
      cell: (row) => [row.first_name, row.last_name].filter(Boolean).join(" "),
    },
    { id: "email", header: "E-mail", width: "minmax(130px, 1fr)", cell: (row) => row.email },
    { id: "roles", header: "Roles", width: "minmax(150px, 1fr)", cell: (row) => <RoleNames roles={row.roles} /> },
    {
      id: "by",
      header: "Logs in by",
      width: "130px",
      cell: (row) => (
        <span title={row.issuer ?? undefined}>
          {[row.has_password && "password", row.issuer && "provider"].filter(Boolean).join(", ") || (
            <span className="faint">nothing yet</span>
          )}
        </span>
      ),
    },
    {
      id: "seen",
      header: "Last log-in",
      width: "110px",
      cell: (row) => <Moment at={row.last_login_at} style="relative" />,
    },
    {
      id: "actions",
      header: <span className="sr-only">Actions</span>,
      width: "116px",
      align: "end",
      cell: (row) => (
        <>
          <Gated needs="edit:user" name={row.username}>
            <ActionIcon aria-label={`Edit ${row.username}`} onClick={() => ask({ kind: "edit", user: row })}>
              <IconEdit size={16} />
            </ActionIcon>
          </Gated>
          <Gated needs="edit:user" name={row.username}>
            <ActionIcon aria-label={`Unlock ${row.username}`} onClick={() => void unlock(row.username)}>
              <Tooltip label="Let them try again after too many wrong passwords">
                <IconLockOpen size={16} />
              </Tooltip>
            </ActionIcon>
          </Gated>
          <Gated needs="delete:user" name={row.username}>
            <ActionIcon aria-label={`Delete ${row.username}`} onClick={() => ask({ kind: "delete", user: row })}>
              <IconTrash size={16} />
            </ActionIcon>
          </Gated>
        </>
      ),
    },
  ];
  return (
    <>
      <ListTab
        label="Users"
        list={list}
        columns={columns}
        rowKey={(row) => row.username}
        rowClass={(row) => (row.is_active ? undefined : classes.inactive)}
        search={{
          label: "Search by user name",
          value: found.search,
          onChange: (search) => void navigate({ search: usersSearch({ ...found, search }), replace: true }),
        }}
        sorting={{
          by: found.sort ?? "username",
          onChange: (sort) => void navigate({ search: usersSearch({ ...found, sort }) }),
        }}
        actions={
          <Gated needs="create:user">
            <Button leftSection={<IconPlus size={14} />} onClick={() => ask({ kind: "edit", user: undefined })}>
              Add a user
            </Button>
          </Gated>
        }
        empty={
          <EmptyState title="No users to see" code="tradewind users create --role Viewer ada">
            Give each person a user of their own, with the least role that does.
          </EmptyState>
        }
      />
      {asked?.kind === "edit" && <AccountForm kind="person" account={asked.user} onClose={() => ask(undefined)} />}
      {asked?.kind === "delete" && (
        <Confirm
          title={`Delete ${asked.user.username}?`}
          yes="Delete"
          isDangerous
          onClose={() => ask(undefined)}
          act={async () => {
            const path = { username: asked.user.username };
            await api.DELETE("/auth/users/{username}", { params: { path } });
            await changed();
            tellDone(`${asked.user.username} is deleted.`);
          }}
        >
          Their sessions and tokens end at once. What they did stays in the audit log. To keep the user and shut them
          out, make them inactive instead.
        </Confirm>
      )}
    </>
  );
}
