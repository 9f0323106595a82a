// Changes one's own password; all other sessions end with the old one.
import { Button, PasswordInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import type { Me } from "@/shared/api/may";
import { tellDone } from "@/shared/ui/told";
import { ErrorPanel } from "@/shared/ui/whole-page";
import classes from "./AccountPage.module.css";

const EMPTY = { current: "", fresh: "", again: "" };

export function PasswordForm({ me }: { me: Me }) {
  const client = useQueryClient();
  const [typed, setTyped] = useState(EMPTY);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  if (!me.user?.has_password || me.via === "proxy") {
    return <p className={`faint ${classes.body}`}>You log in without a password of this server.</p>;
  }
  const set = (change: Partial<typeof EMPTY>): void => setTyped((before) => ({ ...before, ...change }));
  const isSame = typed.again === "" || typed.fresh === typed.again;
  const change = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      const body = { current_password: typed.current, new_password: typed.fresh };
      await api.PUT("/auth/me/password", { body });
      setTyped(EMPTY);
      tellDone("Your password is changed. Your other sessions have ended.");
      await client.invalidateQueries({ queryKey: keys.admin("sessions") });
    } catch (caught) {
      setError(caught);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      className={classes.body}
      onSubmit={(event) => {
        event.preventDefault();
        if (typed.fresh === typed.again) void change();
      }}
    >
      <input type="hidden" name="username" autoComplete="username" value={me.username} readOnly />
      <PasswordInput
        label="Current password"
        size="xs"
        autoComplete="current-password"
        required
        value={typed.current}
        onChange={(event) => set({ current: event.currentTarget.value })}
      />
      <div className={classes.two}>
        <PasswordInput
          label="New password"
          size="xs"
          autoComplete="new-password"
          required
          value={typed.fresh}
          onChange={(event) => set({ fresh: event.currentTarget.value })}
        />
        <PasswordInput
          label="The new one again"
          size="xs"
          autoComplete="new-password"
          required
          value={typed.again}
          onChange={(event) => set({ again: event.currentTarget.value })}
          error={isSame ? undefined : "This is another one"}
        />
      </div>
      {error !== undefined && <ErrorPanel error={error} />}
      <div>
        <Button type="submit" loading={isBusy} disabled={!typed.current || !typed.fresh || typed.fresh !== typed.again}>
          Change the password
        </Button>
      </div>
    </form>
  );
}
