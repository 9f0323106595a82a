// The people who may log in.
import { ActionIcon, Tooltip } from "@mantine/core";
import { IconLockOpen } from "@tabler/icons-react";
import { api } from "@/shared/api/client";
import type { Column } from "@/shared/ui/DataTable";
import { EmptyState } from "@/shared/ui/EmptyState";
import { Gated } from "@/shared/ui/Gated";
import { Moment } from "@/shared/ui/Moment";
import { Things } from "@/shared/ui/Things";
import { tellDone, tellFailed } from "@/shared/ui/told";
import { AccountForm } from "./AccountForm";
import { Name, RoleNames } from "./HeldRoles";
import { type User, useAdding, useAddress, useChanged, useUsers } from "./queries";
import classes from "./users.module.css";

const COLUMNS: Column<User>[] = [
  { id: "username", header: "User name", sort: "username", width: "minmax(120px, 1fr)", cell: Name },
  {
    id: "name",
    header: "Name",
    width: "minmax(120px, 1fr)",
    isMinor: true,
    cell: (row) => [row.first_name, row.last_name].filter(Boolean).join(" "),
  },
  { id: "email", header: "E-mail", width: "minmax(130px, 1fr)", isMinor: true, cell: (row) => row.email },
  { id: "roles", header: "Roles", width: "minmax(110px, 1fr)", cell: (row) => <RoleNames roles={row.roles} /> },
  {
    id: "by",
    header: "Logs in by",
    width: "130px",
    isMinor: true,
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
    isMinor: true,
    cell: (row) => <Moment at={row.last_login_at} style="relative" />,
  },
];

export function UsersTab() {
  const changed = useChanged();
  const adding = useAdding();
  const address = useAddress("Search by user name");
  return (
    <Things
      isTab
      title="Users"
      one="a user"
      resource="user"
      list={useUsers(address.search, address.sort)}
      columns={COLUMNS}
      {...adding}
      nameOf={(row) => row.username}
      rowClass={(row) => (row.is_active ? undefined : classes.inactive)}
      address={address}
      more={{ count: 1, of: (row) => <Unlock username={row.username} /> }}
      form={(row, close) => <AccountForm kind="person" account={row} onClose={close} />}
      remove={{
        act: (row) => api.DELETE("/auth/users/{username}", { params: { path: { username: row.username } } }),
        after: changed,
        consequences:
          "Their sessions and tokens end at once. What they did stays in the audit log. To keep the user and shut " +
          "them out, make them inactive instead.",
      }}
      empty={
        <EmptyState title="No users to see" code="tradewind users create --role Viewer ada">
          Give each person a user of their own, with the least role that does.
        </EmptyState>
      }
    />
  );
}

function Unlock({ username }: { username: string }) {
  const unlock = async (): Promise<void> => {
    try {
      await api.POST("/auth/users/{username}/unlock", { params: { path: { username } } });
      tellDone(`${username} can try passwords again.`);
    } catch (error) {
      tellFailed(error);
    }
  };
  return (
    <Gated needs="edit:user" name={username}>
      <ActionIcon aria-label={`Unlock ${username}`} onClick={() => void unlock()}>
        <Tooltip label="Let them try again after too many wrong passwords">
          <IconLockOpen size={16} />
        </Tooltip>
      </ActionIcon>
    </Gated>
  );
}
