// Roles: the built-in ones and one's own, each with what it allows and who holds it.
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { sentencesOf } from "@/shared/access/words";
import { api } from "@/shared/api/client";
import type { Column } from "@/shared/ui/DataTable";
import { Things } from "@/shared/ui/Things";
import { type Role, useAdding, useChanged, useRoles } from "./queries";
import { RoleDetails } from "./RoleDetails";
import { RoleForm } from "./RoleForm";
import { usersSearch } from "./search";
import classes from "./users.module.css";

const COLUMNS: Column<Role>[] = [
  {
    id: "name",
    header: "Role",
    width: "minmax(140px, 0.8fr)",
    value: (row) => row.name,
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
    width: "minmax(160px, 3fr)",
    cell: (row) => {
      const words = sentencesOf(row.permissions).join(" · ");
      return <span title={words}>{words}</span>;
    },
  },
  {
    id: "description",
    header: "Description",
    width: "minmax(140px, 1fr)",
    isMinor: true,
    cell: (row) => <span title={row.description ?? undefined}>{row.description}</span>,
  },
];

export function RolesTab() {
  const found = useSearch({ from: "/users" });
  const navigate = useNavigate({ from: "/users" });
  const changed = useChanged();
  const adding = useAdding();
  return (
    <>
      <Things
        isTab
        title="Roles"
        one="a role"
        resource="role"
        list={useRoles()}
        columns={COLUMNS}
        {...adding}
        nameOf={(row) => row.name}
        isFixed={(row) => row.is_built_in}
        isLocked={(row) => row.is_built_in}
        form={(row, close) => <RoleForm role={row} onClose={close} />}
        remove={{
          act: (row) => api.DELETE("/auth/roles/{role_name}", { params: { path: { role_name: row.name } } }),
          after: changed,
          consequences: "Only a role that nobody holds can be deleted.",
        }}
        empty={null}
      />
      {found.role && (
        <RoleDetails
          name={found.role}
          onClose={() => void navigate({ search: usersSearch({ ...found, role: undefined }) })}
        />
      )}
    </>
  );
}
