// Roles: the built-in ones and one's own, each with what it allows and who holds it.
import { ActionIcon, Button } from "@mantine/core";
import { IconEdit, IconPlus, IconTrash } from "@tabler/icons-react";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { sentencesOf } from "@/shared/access/words";
import { api } from "@/shared/api/client";
import { Confirm } from "@/shared/ui/confirm";
import type { Column } from "@/shared/ui/DataTable";
import { Gated } from "@/shared/ui/Gated";
import { tellDone } from "@/shared/ui/told";
import { ListTab } from "./ListTab";
import { type Role, useChanged, useRoles } from "./queries";
import { RoleDetails } from "./RoleDetails";
import { RoleForm } from "./RoleForm";
import { usersSearch } from "./search";
import classes from "./users.module.css";

type Asked = { kind: "edit"; role: Role | undefined } | { kind: "delete"; role: Role } | undefined;

export function RolesTab() {
  const found = useSearch({ from: "/users" });
  const navigate = useNavigate({ from: "/users" });
  const changed = useChanged();
  const [asked, ask] = useState<Asked>();
  const list = useRoles();
  const columns: Column<Role>[] = [
    {
      id: "name",
      header: "Role",
      width: "minmax(140px, 0.8fr)",
      cell: (row) => (
        <>
          <Link from="/users" to="/users" search={(before) => ({ ...before, role: row.name })}>
            {row.name}
          </Link>{" "}
          {row.is_built_in && <span className={classes.off}>built in</span>}
        </>
      ),
    },
    {
      id: "allows",
      header: "Allows to",
      width: "minmax(280px, 3fr)",
      cell: (row) => {
        const words = sentencesOf(row.permissions).join(" · ");
        return <span title={words}>{words}</span>;
      },
    },
    { id: "description", header: "Description", width: "minmax(140px, 1fr)", cell: (row) => row.description },
    {
      id: "actions",
      header: <span className="sr-only">Actions</span>,
      width: "90px",
      align: "end",
      cell: (row) =>
        row.is_built_in ? null : (
          <>
            <Gated needs="edit:role" name={row.name}>
              <ActionIcon aria-label={`Edit ${row.name}`} onClick={() => ask({ kind: "edit", role: row })}>
                <IconEdit size={16} />
              </ActionIcon>
            </Gated>
            <Gated needs="delete:role" name={row.name}>
              <ActionIcon aria-label={`Delete ${row.name}`} onClick={() => ask({ kind: "delete", role: row })}>
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
        label="Roles"
        list={list}
        columns={columns}
        rowKey={(row) => row.name}
        actions={
          <Gated needs="create:role">
            <Button leftSection={<IconPlus size={14} />} onClick={() => ask({ kind: "edit", role: undefined })}>
              Add a role
            </Button>
          </Gated>
        }
        empty={null}
      />
      {found.role && (
        <RoleDetails
          name={found.role}
          onClose={() => void navigate({ search: usersSearch({ ...found, role: undefined }) })}
        />
      )}
      {asked?.kind === "edit" && <RoleForm role={asked.role} onClose={() => ask(undefined)} />}
      {asked?.kind === "delete" && (
        <Confirm
          title={`Delete ${asked.role.name}?`}
          yes="Delete"
          isDangerous
          onClose={() => ask(undefined)}
          act={async () => {
            const path = { role_name: asked.role.name };
            await api.DELETE("/auth/roles/{role_name}", { params: { path } });
            await changed();
            tellDone(`${asked.role.name} is deleted.`);
          }}
        >
          Only a role that nobody holds can be deleted.
        </Confirm>
      )}
    </>
  );
}
