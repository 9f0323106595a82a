// Everybody's tokens, for who may see all users.
import { Switch } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { TokenTable } from "@/shared/access/TokenTable";
import { ErrorPanel, Loading } from "@/shared/ui/whole-page";
import { useAllTokens, useChanged } from "./queries";
import { usersSearch } from "./search";
import classes from "./users.module.css";

export function TokensTab() {
  const found = useSearch({ from: "/users" });
  const navigate = useNavigate({ from: "/users" });
  const changed = useChanged();
  const list = useAllTokens(found.ended ?? false);
  return (
    <>
      <div className={classes.bar}>
        <Switch
          size="xs"
          label="Also those that have ended"
          checked={found.ended ?? false}
          onChange={(event) =>
            void navigate({ search: usersSearch({ ...found, ended: event.currentTarget.checked }), replace: true })
          }
        />
      </div>
      {list.error ? (
        <ErrorPanel error={list.error} retry={list.again} />
      ) : list.isPending ? (
        <Loading />
      ) : (
        <TokenTable list={list} ofAll height="calc(100vh - 240px)" onChanged={() => void changed()} />
      )}
    </>
  );
}
