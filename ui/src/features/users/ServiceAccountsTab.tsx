// Programs that use the API: no password, only tokens.
import { ActionIcon } from "@mantine/core";
import { IconKey } from "@tabler/icons-react";
import { useState } from "react";
import { TokenForm } from "@/shared/access/TokenForm";
import { api } from "@/shared/api/client";
import type { Column } from "@/shared/ui/DataTable";
import { EmptyState } from "@/shared/ui/EmptyState";
import { Gated } from "@/shared/ui/Gated";
import { Moment } from "@/shared/ui/Moment";
import { Things } from "@/shared/ui/Things";
import { AccountForm } from "./AccountForm";
import { Name, RoleNames } from "./HeldRoles";
import { type ServiceAccount, useAdding, useAddress, useChanged, useServiceAccounts } from "./queries";
import classes from "./users.module.css";

const COLUMNS: Column<ServiceAccount>[] = [
  { id: "username", header: "Name", sort: "username", width: "minmax(120px, 1fr)", cell: Name },
  {
    id: "description",
    header: "Description",
    width: "minmax(180px, 1.5fr)",
    isMinor: true,
    cell: (row) => row.description,
  },
  { id: "roles", header: "Roles", width: "minmax(110px, 1fr)", cell: (row) => <RoleNames roles={row.roles} /> },
  { id: "created", header: "Made", width: "120px", isMinor: true, cell: (row) => <Moment at={row.created_at} /> },
];

export function ServiceAccountsTab() {
  const changed = useChanged();
  const adding = useAdding();
  const address = useAddress("Search by name");
  return (
    <Things
      isTab
      title="Service accounts"
      one="a service account"
      resource="service_account"
      list={useServiceAccounts(address.search, address.sort)}
      columns={COLUMNS}
      {...adding}
      nameOf={(row) => row.username}
      rowClass={(row) => (row.is_active ? undefined : classes.inactive)}
      address={address}
      more={{ count: 1, of: (row) => <MakeToken username={row.username} /> }}
      form={(row, close) => <AccountForm kind="service" account={row} onClose={close} />}
      remove={{
        act: (row) =>
          api.DELETE("/auth/service-accounts/{account_name}", { params: { path: { account_name: row.username } } }),
        after: changed,
        consequences: "Its tokens end with it; programs that use them are refused from now on.",
      }}
      empty={
        <EmptyState title="No service accounts yet" code="tradewind service-accounts create --role Viewer dashboard">
          A program should not borrow a person's token: give it an account with the least role that does, and a token of
          its own.
        </EmptyState>
      }
    />
  );
}

function MakeToken({ username }: { username: string }) {
  const [isOpen, setOpen] = useState(false);
  const changed = useChanged();
  return (
    <>
      <Gated needs="edit:service_account" name={username}>
        <ActionIcon aria-label={`Make a token for ${username}`} onClick={() => setOpen(true)}>
          <IconKey size={16} />
        </ActionIcon>
      </Gated>
      {isOpen && <TokenForm username={username} onClose={() => setOpen(false)} onMade={() => void changed()} />}
    </>
  );
}
