// Adds a role or changes one.
import { TextInput } from "@mantine/core";
import { useState } from "react";
import { type GrantRow, GrantRows, grantOf, rowOf } from "@/shared/access/GrantRows";
import { api } from "@/shared/api/client";
import { Confirm } from "@/shared/ui/confirm";
import { tellDone } from "@/shared/ui/told";
import { type Role, useChanged } from "./queries";
import classes from "./users.module.css";

export function RoleForm({ role, onClose }: { role: Role | undefined; onClose: () => void }) {
  const changed = useChanged();
  const [name, setName] = useState(role?.name ?? "");
  const [description, setDescription] = useState(role?.description ?? "");
  const [rows, setRows] = useState<GrantRow[]>(() => role?.permissions.map(rowOf) ?? [rowOf()]);
  const save = async (): Promise<void> => {
    const body = { permissions: rows.map(grantOf), description };
    if (role) {
      await api.PATCH("/auth/roles/{role_name}", { params: { path: { role_name: role.name } }, body });
    } else {
      await api.POST("/auth/roles", { body: { ...body, name: name.trim() } });
    }
    await changed();
    tellDone(`${name.trim()} is saved.`);
  };
  return (
    <Confirm
      title={role ? `Change ${role.name}` : "Add a role"}
      yes="Save"
      size="lg"
      isReady={name.trim() !== "" && rows.length > 0}
      act={save}
      onClose={onClose}
    >
      <TextInput
        label="Name"
        required
        value={name}
        disabled={role !== undefined}
        onChange={(event) => setName(event.currentTarget.value)}
        data-autofocus={role === undefined}
      />
      <TextInput
        className={classes.field ?? ""}
        label="Description"
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
      />
      <div className={classes.label}>What it allows</div>
      <GrantRows rows={rows} onChange={setRows} />
      <p className="faint">
        A name may have * for any characters, as sales_*. What lies below a DAG goes by the DAG's name. Whoever holds
        the role has a change within five seconds.
      </p>
    </Confirm>
  );
}
