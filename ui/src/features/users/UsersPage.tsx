// Who may get in and what they may do: users, roles, service accounts, tokens, and a check with its reason.
import { Tabs } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Page } from "@/shared/ui/Page";
import { CheckTab } from "./CheckTab";
import { RolesTab } from "./RolesTab";
import { ServiceAccountsTab } from "./ServiceAccountsTab";
import type { Tab } from "./search";
import { TokensTab } from "./TokensTab";
import { UsersTab } from "./UsersTab";

export function UsersPage() {
  const { tab = "users" } = useSearch({ from: "/users" });
  const navigate = useNavigate({ from: "/users" });
  return (
    <Page title="Users and access">
      <Tabs
        value={tab}
        onChange={(value) => void navigate({ search: { tab: value as Tab } })}
        keepMounted={false}
        styles={{ panel: { paddingTop: 12 } }}
      >
        <Tabs.List>
          <Tabs.Tab value="users">Users</Tabs.Tab>
          <Tabs.Tab value="roles">Roles</Tabs.Tab>
          <Tabs.Tab value="service-accounts">Service accounts</Tabs.Tab>
          <Tabs.Tab value="tokens">Tokens</Tabs.Tab>
          <Tabs.Tab value="check">Check</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="users">
          <UsersTab />
        </Tabs.Panel>
        <Tabs.Panel value="roles">
          <RolesTab />
        </Tabs.Panel>
        <Tabs.Panel value="service-accounts">
          <ServiceAccountsTab />
        </Tabs.Panel>
        <Tabs.Panel value="tokens">
          <TokensTab />
        </Tabs.Panel>
        <Tabs.Panel value="check">
          <CheckTab />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
