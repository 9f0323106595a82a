// Permissions to write: a row each, of an action, a kind of thing, and the names it is about.
import { ActionIcon, Button, Select, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { api, data } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import { partsOf } from "@/shared/api/may";
import classes from "./access.module.css";

export interface GrantRow {
  key: number;
  action: string;
  resource: string;
  names: string;
}

let last = 0;

/** A row of a permission; without one: a first guess. */
export function rowOf(grant = "read:dag:*"): GrantRow {
  last += 1;
  return { key: last, ...partsOf(grant) };
}

/** The permission of a row. */
export function grantOf({ action, resource, names }: GrantRow): string {
  const name = names.trim();
  return name === "" || name === "*" ? `${action}:${resource}` : `${action}:${resource}:${name}`;
}

const ALL = { value: "*", label: "everything" };

export function GrantRows({ rows, onChange }: { rows: GrantRow[]; onChange: (rows: GrantRow[]) => void }) {
  const words = useQuery({
    queryKey: keys.admin("permissions"),
    queryFn: () => data(api.GET("/auth/permissions")),
  });
  const actions = (words.data?.actions ?? []).map((one) => ({ value: one, label: one }));
  const resources = words.data?.resources ?? [];
  const things = resources.map((one) => ({ value: one.name, label: one.name.replaceAll("_", " ") }));
  const set = (key: number, change: Partial<GrantRow>): void =>
    onChange(rows.map((row) => (row.key === key ? { ...row, ...change } : row)));
  return (
    <div className={classes.grants} role="group" aria-label="Permissions">
      {rows.map((row, index) => (
        <div key={row.key} className={classes.grant}>
          <Select
            aria-label={`Action ${index + 1}`}
            data={[...actions, ALL]}
            value={row.action}
            allowDeselect={false}
            onChange={(action) => action && set(row.key, { action })}
          />
          <Select
            aria-label={`Kind of thing ${index + 1}`}
            data={[...things, ALL]}
            value={row.resource}
            allowDeselect={false}
            searchable
            onChange={(resource) => resource && set(row.key, { resource })}
          />
          <TextInput
            aria-label={`Names ${index + 1}`}
            placeholder={resources.find((one) => one.name === row.resource)?.named_by ?? "*"}
            value={row.names}
            onChange={(event) => set(row.key, { names: event.currentTarget.value })}
          />
          <ActionIcon
            aria-label={`Take permission ${index + 1} away`}
            onClick={() => onChange(rows.filter((one) => one.key !== row.key))}
          >
            <IconX size={14} />
          </ActionIcon>
        </div>
      ))}
      <Button
        variant="default"
        leftSection={<IconPlus size={14} />}
        onClick={() => onChange([...rows, rowOf()])}
        style={{ alignSelf: "start" }}
      >
        Add a permission
      </Button>
    </div>
  );
}
