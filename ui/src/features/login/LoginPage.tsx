// Asks who one is: name and password, or the identity provider.
import { Alert, Button, Divider, PasswordInput, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { ApiError, api, data } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import classes from "./LoginPage.module.css";
import { safe } from "./next";

export function LoginPage() {
  const { next } = useSearch({ from: "/login" });
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [error, setError] = useState<unknown>();
  const ways = useQuery({
    queryKey: keys.admin("ways-in"),
    queryFn: async () => {
      const found = await data(api.GET("/auth/login", { params: { query: { ways: true } } }));
      return typeof found === "string" ? null : found;
    },
  });
  const [isBusy, setBusy] = useState(false);
  useEffect(() => {
    document.title = "Log in · Tradewind";
  }, []);
  const submit = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      await api.POST("/auth/login", { body: { username, password }, params: {} });
      window.location.assign(safe(next));
    } catch (caught) {
      setError(caught);
      setBusy(false);
    }
  };
  return (
    <main className={classes.page}>
      <form
        className={`card ${classes.card}`}
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <h1 className={classes.title}>
          <img src="/static/icon.svg" alt="" width={28} height={28} /> Tradewind
        </h1>
        {error !== undefined && (
          <Alert color="red" role="alert" title={titleOf(error)}>
            {error instanceof Error ? error.message : String(error)}
          </Alert>
        )}
        {ways.data?.oidc_label && (
          <>
            <Button
              component="a"
              href={`/auth/oidc/login?${new URLSearchParams({ next: safe(next) })}`}
              size="sm"
              variant="default"
              fullWidth
            >
              Log in with {ways.data.oidc_label}
            </Button>
            <Divider label="or with a password of this server" />
          </>
        )}
        <TextInput
          label="User name"
          size="sm"
          autoComplete="username"
          required
          autoFocus
          value={username}
          onChange={(event) => setUsername(event.currentTarget.value)}
        />
        <PasswordInput
          label="Password"
          size="sm"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        <Button type="submit" size="sm" loading={isBusy} fullWidth>
          Log in
        </Button>
      </form>
    </main>
  );
}

function titleOf(error: unknown): string {
  const status = error instanceof ApiError ? error.status : 0;
  if (status === 401) return "You are not logged in";
  return status === 429 ? "Locked for a while" : "This did not work";
}
