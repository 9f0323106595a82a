// What stands where a page would: while it comes, when it cannot, when there is none.
import { Alert, Button, Loader } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { ApiError } from "@/shared/api/client";
import { EmptyState } from "./EmptyState";

export function Loading() {
  return (
    <div style={{ padding: 40, textAlign: "center" }} role="status" aria-label="Loading">
      <Loader size="sm" />
    </div>
  );
}

/** An error where a part of a page would be, with a way to try again. */
export function ErrorPanel({ error, retry }: { error: unknown; retry?: () => void }) {
  const status = error instanceof ApiError ? error.status : 0;
  const title =
    status === 403
      ? "You may not see this"
      : status === 404
        ? "There is no such thing here"
        : status >= 500
          ? "The server has failed"
          : status > 0
            ? "This was refused"
            : "This page has failed";
  const words = error instanceof Error ? error.message : String(error);
  return (
    <Alert
      icon={<IconAlertTriangle size={18} />}
      color={status === 403 || status === 404 ? "yellow" : "red"}
      title={title}
      m="md"
    >
      <div>
        {words === "Failed to fetch" ? "The server does not answer. See whether it runs: `tradewind info`." : words}
      </div>
      {status === 403 && <div>Who manages users and access can give you what is missing.</div>}
      {retry && (
        <Button mt="sm" variant="default" onClick={retry}>
          Try again
        </Button>
      )}
    </Alert>
  );
}

export function PageError({ error, reset }: { error: unknown; reset: () => void }) {
  return <ErrorPanel error={error} retry={reset} />;
}

export function NotFound() {
  return (
    <EmptyState title="No page has this address">
      Look at <Link to="/dags">all DAGs</Link>, or find what you want with Ctrl+K.
    </EmptyState>
  );
}
