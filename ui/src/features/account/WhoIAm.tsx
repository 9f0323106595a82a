// Who the server takes one for, and what one may do, in words.
import { sentencesOf } from "@/shared/access/words";
import type { Me } from "@/shared/api/may";
import { Moment } from "@/shared/ui/Moment";
import classes from "./AccountPage.module.css";

const VIA = {
  session: "a log-in in this browser",
  token: "a token",
  proxy: "the proxy in front of the server",
  process: "the server's own process",
} as const;

export function WhoIAm({ me }: { me: Me }) {
  const { user } = me;
  const name = [user?.first_name, user?.last_name].filter(Boolean).join(" ");
  const roles = [...new Set(me.grants.map((one) => one.role))];
  return (
    <div className={classes.body}>
      <dl className={classes.facts}>
        <Fact name="User name">{me.username}</Fact>
        {name && <Fact name="Name">{name}</Fact>}
        {user?.email && <Fact name="E-mail">{user.email}</Fact>}
        <Fact name="Known by">{VIA[me.via]}</Fact>
        <Fact name="Workspace">{me.workspace}</Fact>
        {user?.last_login_at && (
          <Fact name="Last log-in">
            <Moment at={user.last_login_at} style="relative" />
          </Fact>
        )}
        {me.expires_at && (
          <Fact name="Until">
            <Moment at={me.expires_at} style="relative" />
          </Fact>
        )}
      </dl>
      {roles.length === 0 && (
        <p className="faint">You hold no role in this workspace. Ask who manages users and access for one.</p>
      )}
      {roles.map((role) => (
        <div key={role}>
          <div>
            With the role <strong>{role}</strong> you may
          </div>
          <ul className={classes.grants}>
            {sentencesOf(me.grants.filter((one) => one.role === role).map((one) => one.grant)).map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </div>
      ))}
    </div>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
