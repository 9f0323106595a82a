// Programs that use the API: no password, only tokens.
import { ActionIcon, Button } from "@mantine/core";
import { IconEdit, IconKey, IconPlus, IconTrash } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { TokenForm } from "@/shared/access/TokenForm";
import { api } from "@/shared/api/client";
import { Confirm } from "@/shared/ui/confirm";
import type { Column } from "@/shared/ui/DataTable";
import { EmptyState } from "@/shared/ui/EmptyState";
import { Gated } from "@/shared/ui/Gated";
import { Moment } from "@/shared/ui/Moment";
import { tellDone } from "@/shared/ui/told";
import { AccountForm } from "./AccountForm";
import { RoleNames } from "./HeldRoles";
import { ListTab } from "./ListTab";
import { type ServiceAccount, useChanged, useServiceAccounts } from "./queries";
import { usersSearch } from "./search";
import classes from "./users.module.css";

type Asked =
  | { kind: "edit"; account: ServiceAccount | undefined }
  | { kind: "delete" | "token"; account: ServiceAccount }
  | undefined;

export function ServiceAccountsTab() {
  const found = useSearch({ from: "/users" });
  const navigate = useNavigate({ from: "/users" });
  const changed = useChanged();
  const [asked, ask] = useState<Asked>();
  const list = useServiceAccounts(found.search, found.sort);
  const columns: Column<ServiceAccount>[] = [
    {
      id: "username",
      header: "Name",
      sort: "username",
      width: "minmax(150px, 1fr)",
      cell: (row) => (
        <>
          {row.username} {!row.is_active && <span className={classes.off}>not active</span>}
        </>
      ),
    },
    { id: "description", header: "Description", width: "minmax(180px, 1.5fr)", cell: (row) => row.description },
    { id: "roles", header: "Roles", width: "minmax(150px, 1fr)", cell: (row) => <RoleNames roles={row.roles} /> },
    { id: "created", header: "Made", width: "120px", cell: (row) => <Moment at={row.created_at} /> },
    {
      id: "actions",
      header: <span className="sr-only">Actions</span>,
      width: "116px",
      align: "end",
      cell: (row) => (
        <>
          <Gated needs="edit:service_account" name={row.username}>
            <ActionIcon
              aria-label={`Make a token for ${row.username}`}
              onClick={() => ask({ kind: "token", account: row })}
            >
              <IconKey size={16} />
            </ActionIcon>
          </Gated>
          <Gated needs="edit:service_account" name={row.username}>
            <ActionIcon aria-label={`Edit ${row.username}`} onClick={() => ask({ kind: "edit", account: row })}>
              <IconEdit size={16} />
            </ActionIcon>
          </Gated>
          <Gated needs="delete:service_account" name={row.username}>
            <ActionIcon aria-label={`Delete ${row.username}`} onClick={() => ask({ kind: "delete", account: row })}>
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
        label="Service accounts"
        list={list}
        columns={columns}
        rowKey={(row) => row.username}
        rowClass={(row) => (row.is_active ? undefined : classes.inactive)}
        search={{
          label: "Search by name",
          value: found.search,
          onChange: (search) => void navigate({ search: usersSearch({ ...found, search }), replace: true }),
        }}
        sorting={{
          by: found.sort ?? "username",
          onChange: (sort) => void navigate({ search: usersSearch({ ...found, sort }) }),
        }}
        actions={
          <Gated needs="create:service_account">
            <Button leftSection={<IconPlus size={14} />} onClick={() => ask({ kind: "edit", account: undefined })}>
              Add a service account
            </Button>
          </Gated>
        }
        empty={
          <EmptyState title="No service accounts yet" code="tradewind service-accounts create --role Viewer dashboard">
            A program should not borrow a person's token: give it an account with the least role that does, and a token
            of its own.
          </EmptyState>
        }
      />
      {asked?.kind === "edit" && <AccountForm kind="service" account={asked.account} onClose={() => ask(undefined)} />}
      {asked?.kind === "token" && (
        <TokenForm username={asked.account.username} onClose={() => ask(undefined)} onMade={() => void changed()} />
      )}
      {asked?.kind === "delete" && (
        <Confirm
          title={`Delete ${asked.account.username}?`}
          yes="Delete"
          isDangerous
          onClose={() => ask(undefined)}
          act={async () => {
            const path = { account_name: asked.account.username };
            await api.DELETE("/auth/service-accounts/{account_name}", { params: { path } });
            await changed();
            tellDone(`${asked.account.username} is deleted.`);
          }}
        >
          Its tokens end with it; programs that use them are refused from now on.
        </Confirm>
      )}
    </>
  );
}
