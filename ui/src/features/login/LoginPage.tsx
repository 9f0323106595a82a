// Asks who one is: name and password, or the identity provider.
import { Alert, Button, PasswordInput, TextInput } from "@mantine/core";
import { useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { api } from "@/shared/api/client";
import classes from "./LoginPage.module.css";
import { safe } from "./next";

export function LoginPage() {
  const { next } = useSearch({ from: "/login" });
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [error, setError] = useState("");
  const [isBusy, setBusy] = useState(false);
  useEffect(() => {
    document.title = "Log in · Tradewind";
  }, []);
  const submit = async (): Promise<void> => {
    setBusy(true);
    setError("");
    try {
      await api.POST("/auth/login", { body: { username, password }, params: {} });
      window.location.assign(safe(next));
    } catch (caught) {
      setError(caught instanceof Error ? caught.message : String(caught));
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
        {error && (
          <Alert color="red" role="alert">
            {error}
          </Alert>
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
