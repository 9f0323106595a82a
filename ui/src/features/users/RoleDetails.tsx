// One role: its permissions, a row each, and who holds it.
import { Drawer } from "@mantine/core";
import { sentenceOf } from "@/shared/access/words";
import { partsOf } from "@/shared/api/may";
import { ErrorPanel, Loading } from "@/shared/ui/whole-page";
import { useRole } from "./queries";
import classes from "./users.module.css";

export function RoleDetails({ name, onClose }: { name: string; onClose: () => void }) {
  const role = useRole(name);
  return (
    <Drawer opened onClose={onClose} position="right" size="lg" title={`The role ${name}`}>
      {role.error && <ErrorPanel error={role.error} retry={() => void role.refetch()} />}
      {role.isPending && <Loading />}
      {role.data && (
        <>
          {role.data.description && <p style={{ marginTop: 0 }}>{role.data.description}</p>}
          <h3 className={classes.heading}>Who holds it</h3>
          {role.data.holders.length === 0 ? (
            <p className="faint">Nobody whom you may see.</p>
          ) : (
            <ul style={{ margin: 0, paddingInlineStart: 18 }}>
              {role.data.holders.map((one) => (
                <li key={`${one.username}@${one.workspace}`}>
                  {one.username}{" "}
                  <span className="faint">{one.workspace === "*" ? "in all workspaces" : `in ${one.workspace}`}</span>
                </li>
              ))}
            </ul>
          )}
          <h3 className={classes.heading}>What it allows</h3>
          <table className={classes.facts}>
            <thead>
              <tr>
                <th scope="col">Action</th>
                <th scope="col">Kind of thing</th>
                <th scope="col">Names</th>
                <th scope="col">In words</th>
              </tr>
            </thead>
            <tbody>
              {role.data.permissions.map((grant) => {
                const { action, resource, names } = partsOf(grant);
                return (
                  <tr key={grant}>
                    <td className="mono">{action}</td>
                    <td className="mono">{resource}</td>
                    <td className="mono">{names}</td>
                    <td>{sentenceOf(grant)}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </>
      )}
    </Drawer>
  );
}
