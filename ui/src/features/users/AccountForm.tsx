// Adds a user or a service account, or changes one.
import { PasswordInput, Switch, TextInput } from "@mantine/core";
import { useState } from "react";
import { api } from "@/shared/api/client";
import type { Schemas } from "@/shared/api/schemas";
import { Confirm } from "@/shared/ui/confirm";
import { tellDone } from "@/shared/ui/told";
import { HeldRoles, type HeldRow, heldRow } from "./HeldRoles";
import type { ServiceAccount, User } from "./queries";
import { useChanged } from "./queries";
import classes from "./users.module.css";

type Texts = Record<"username" | "first_name" | "last_name" | "email" | "description", string>;

function textsOf(account: User | ServiceAccount | undefined): Texts {
  const user = account?.kind === "person" ? account : undefined;
  return {
    username: account?.username ?? "",
    first_name: user?.first_name ?? "",
    last_name: user?.last_name ?? "",
    email: user?.email ?? "",
    description: account?.description ?? "",
  };
}

/** Not given by an identity provider, which takes back itself what it gave. */
function isLocal(role: Schemas["HeldRoleOut"]): boolean {
  return role.origin === "local";
}

function heldOf(rows: HeldRow[]) {
  return rows.map(({ role, workspace }) => ({ role, workspace: workspace.trim() || "*" }));
}

export function AccountForm(given: {
  kind: "person" | "service";
  account: User | ServiceAccount | undefined;
  onClose: () => void;
}) {
  const { account, kind } = given;
  const changed = useChanged();
  const [texts, setTexts] = useState(() => textsOf(account));
  const [password, setPassword] = useState("");
  const [isActive, setActive] = useState(account?.is_active ?? true);
  const [held, setHeld] = useState<HeldRow[]>(
    () => account?.roles.filter(isLocal).map((one) => heldRow(one.role, one.workspace)) ?? [heldRow()],
  );
  const [areRolesChanged, setRolesChanged] = useState(account === undefined);
  const set = (name: keyof Texts, value: string): void => setTexts((before) => ({ ...before, [name]: value }));
  const save = async (): Promise<void> => {
    const username = texts.username.trim();
    const common = {
      description: texts.description || null,
      is_active: isActive,
      ...(areRolesChanged ? { roles: heldOf(held) } : {}),
    };
    const person = {
      ...common,
      first_name: texts.first_name || null,
      last_name: texts.last_name || null,
      email: texts.email || null,
      ...(password ? { password } : {}),
    };
    if (kind === "person" && account) {
      await api.PATCH("/auth/users/{username}", { params: { path: { username } }, body: person });
    } else if (kind === "person") {
      await api.POST("/auth/users", { body: { ...person, username } });
    } else if (account) {
      const params = { path: { account_name: username } };
      await api.PATCH("/auth/service-accounts/{account_name}", { params, body: common });
    } else {
      await api.POST("/auth/service-accounts", { body: { ...common, username } });
    }
    await changed();
    tellDone(`${username} is saved.`);
  };
  const what = kind === "person" ? "user" : "service account";
  return (
    <Confirm
      title={account ? `Change ${account.username}` : `Add a ${what}`}
      yes="Save"
      size="lg"
      isReady={texts.username.trim() !== ""}
      act={save}
      onClose={given.onClose}
    >
      <TextInput
        label={kind === "person" ? "User name" : "Name"}
        required
        value={texts.username}
        disabled={account !== undefined}
        onChange={(event) => set("username", event.currentTarget.value)}
        data-autofocus={account === undefined}
      />
      {kind === "person" && (
        <PersonFields
          texts={texts}
          set={set}
          password={password}
          setPassword={setPassword}
          hasPassword={account?.kind === "person" && account.has_password}
        />
      )}
      <TextInput
        className={classes.field ?? ""}
        label="Description"
        value={texts.description}
        onChange={(event) => set("description", event.currentTarget.value)}
      />
      <HeldRoles
        rows={held}
        onChange={(rows) => {
          setRolesChanged(true);
          setHeld(rows);
        }}
      />
      {account?.roles.some((one) => !isLocal(one)) && (
        <p className="faint">
          {account.roles
            .filter((one) => !isLocal(one))
            .map((one) => one.role)
            .join(", ")}{" "}
          came from the identity provider, which alone takes it back.
        </p>
      )}
      <Switch
        className={classes.field ?? ""}
        size="xs"
        label="Active"
        description={
          kind === "person"
            ? "Who is not active cannot log in; their sessions and tokens end."
            : "Tokens of an account that is not active are refused."
        }
        checked={isActive}
        onChange={(event) => setActive(event.currentTarget.checked)}
      />
    </Confirm>
  );
}

function PersonFields(given: {
  texts: Texts;
  set: (name: keyof Texts, value: string) => void;
  password: string;
  setPassword: (value: string) => void;
  hasPassword: boolean;
}) {
  const { texts, set } = given;
  return (
    <div className={`${classes.two} ${classes.field}`}>
      <TextInput
        label="First name"
        value={texts.first_name}
        onChange={(event) => set("first_name", event.currentTarget.value)}
      />
      <TextInput
        label="Last name"
        value={texts.last_name}
        onChange={(event) => set("last_name", event.currentTarget.value)}
      />
      <TextInput label="E-mail" value={texts.email} onChange={(event) => set("email", event.currentTarget.value)} />
      <PasswordInput
        label={given.hasPassword ? "New password" : "Password"}
        size="xs"
        autoComplete="new-password"
        placeholder={given.hasPassword ? "stays as it is" : "none: by an identity provider only"}
        value={given.password}
        onChange={(event) => given.setPassword(event.currentTarget.value)}
      />
    </div>
  );
}
