// Oneself: what one may do, password, sessions, tokens, and how pages look.
import { Button, Switch } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { TokenForm } from "@/shared/access/TokenForm";
import { TokenTable } from "@/shared/access/TokenTable";
import { keys } from "@/shared/api/keys";
import { useMe } from "@/shared/api/may";
import { Gated } from "@/shared/ui/Gated";
import { Page, Section } from "@/shared/ui/Page";
import { ErrorPanel, Loading } from "@/shared/ui/whole-page";
import classes from "./AccountPage.module.css";
import { Looks } from "./Looks";
import { PasswordForm } from "./PasswordForm";
import { useMyTokens } from "./queries";
import { Sessions } from "./Sessions";
import { WhoIAm } from "./WhoIAm";

export function AccountPage() {
  const me = useMe();
  const [, drawAgain] = useState(0);
  if (me.error) return <ErrorPanel error={me.error} retry={() => void me.refetch()} />;
  if (!me.data) return <Loading />;
  return (
    <Page title="Your account">
      <div className={classes.cards}>
        <Section title="Who you are">
          <WhoIAm me={me.data} />
        </Section>
        <div className={classes.column}>
          <Section title="How pages look">
            <Looks onChange={() => drawAgain((before) => before + 1)} />
          </Section>
          <Section title="Password">
            <PasswordForm me={me.data} />
          </Section>
        </div>
      </div>
      <Sessions />
      <Tokens />
    </Page>
  );
}

function Tokens() {
  const { ended } = useSearch({ from: "/account" });
  const navigate = useNavigate({ from: "/account" });
  const client = useQueryClient();
  const [isMaking, setMaking] = useState(false);
  const list = useMyTokens(ended ?? false);
  const changed = () => void client.invalidateQueries({ queryKey: keys.admin("tokens") });
  return (
    <Section
      title="Tokens"
      actions={
        <>
          <Switch
            size="xs"
            label="Also those that have ended"
            checked={ended ?? false}
            onChange={(event) =>
              void navigate({ search: event.currentTarget.checked ? { ended: true } : {}, replace: true })
            }
          />
          <Gated needs="create:token">
            <Button leftSection={<IconPlus size={14} />} onClick={() => setMaking(true)}>
              Make a token
            </Button>
          </Gated>
        </>
      }
    >
      {list.error ? (
        <ErrorPanel error={list.error} retry={list.again} />
      ) : list.isPending ? (
        <Loading />
      ) : (
        <div className={classes.table}>
          <TokenTable list={list} height="360px" onChanged={changed} />
        </div>
      )}
      {isMaking && <TokenForm username={undefined} onClose={() => setMaking(false)} onMade={changed} />}
    </Section>
  );
}
