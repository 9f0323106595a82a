// The roles that somebody holds, and where: shown short, or written a row each.
import { ActionIcon, Button, Select, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import type { Schemas } from "@/shared/api/schemas";
import { useRoles } from "./queries";
import classes from "./users.module.css";

export interface HeldRow {
  key: number;
  role: string;
  workspace: string;
}

let last = 0;

export function heldRow(role = "Viewer", workspace = "*"): HeldRow {
  last += 1;
  return { key: last, role, workspace };
}

/** What somebody is called in a list. */
export function Name(row: { username: string; is_active: boolean }) {
  return (
    <>
      {row.username} {!row.is_active && <span className={classes.off}>not active</span>}
    </>
  );
}

export function RoleNames({ roles }: { roles: Schemas["HeldRoleOut"][] }) {
  if (roles.length === 0) return <span className="faint">none</span>;
  return (
    <span className={classes.roles}>
      {roles.map((one) => (
        <span
          key={`${one.role}@${one.workspace}`}
          className={classes.role}
          title={one.workspace === "*" ? "in all workspaces" : `in the workspace ${one.workspace}`}
        >
          {one.role}
          {one.workspace === "*" ? "" : ` in ${one.workspace}`}
        </span>
      ))}
    </span>
  );
}

export function HeldRoles({ rows, onChange }: { rows: HeldRow[]; onChange: (rows: HeldRow[]) => void }) {
  const known = useRoles().rows.map((one) => one.name);
  const set = (key: number, change: Partial<HeldRow>): void =>
    onChange(rows.map((row) => (row.key === key ? { ...row, ...change } : row)));
  return (
    <div role="group" aria-label="Roles">
      <div className={classes.label}>
        Roles <span className="faint">and the workspace of each; * is all of them</span>
      </div>
      {rows.map((row, index) => (
        <div key={row.key} className={classes.held}>
          <Select
            aria-label={`Role ${index + 1}`}
            data={[...new Set([...known, row.role])]}
            value={row.role}
            allowDeselect={false}
            onChange={(role) => role && set(row.key, { role })}
          />
          <TextInput
            aria-label={`Workspace ${index + 1}`}
            title="* is all workspaces"
            value={row.workspace}
            onChange={(event) => set(row.key, { workspace: event.currentTarget.value })}
          />
          <ActionIcon
            aria-label={`Take role ${index + 1} away`}
            onClick={() => onChange(rows.filter((one) => one.key !== row.key))}
          >
            <IconX size={14} />
          </ActionIcon>
        </div>
      ))}
      <Button variant="default" leftSection={<IconPlus size={14} />} onClick={() => onChange([...rows, heldRow()])}>
        Add a role
      </Button>
    </div>
  );
}
