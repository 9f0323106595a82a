// Where one is logged in, and ways to end that.
import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { browserOf } from "@/shared/access/words";
import { api } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import type { Schemas } from "@/shared/api/schemas";
import { Confirm } from "@/shared/ui/confirm";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { Moment } from "@/shared/ui/Moment";
import { Section } from "@/shared/ui/Page";
import { tellDone, tellFailed } from "@/shared/ui/told";
import { ErrorPanel, Loading } from "@/shared/ui/whole-page";
import classes from "./AccountPage.module.css";
import { useMySessions } from "./queries";

type Session = Schemas["SessionResponse"];

export function Sessions() {
  const client = useQueryClient();
  const sessions = useMySessions();
  const [isAsked, ask] = useState(false);
  const changed = () => client.invalidateQueries({ queryKey: keys.admin("sessions") });
  const end = async (session: Session): Promise<void> => {
    try {
      await api.DELETE("/auth/sessions/{session_id}", { params: { path: { session_id: session.id } } });
      await changed();
      tellDone("The session has ended.");
    } catch (error) {
      tellFailed(error);
    }
  };
  const columns: Column<Session>[] = [
    {
      id: "browser",
      header: "Browser",
      width: "minmax(150px, 1.4fr)",
      cell: (row) => (
        <span title={row.user_agent ?? undefined}>
          {browserOf(row.user_agent)}
          {row.is_current && <span className={classes.here}>this one</span>}
        </span>
      ),
    },
    {
      id: "address",
      header: "From",
      isMinor: true,
      width: "minmax(120px, 1fr)",
      cell: (row) => <span className="mono">{row.address}</span>,
    },
    { id: "began", header: "Began", isMinor: true, width: "130px", cell: (row) => <Moment at={row.created_at} /> },
    { id: "seen", header: "Last seen", width: "110px", cell: (row) => <Moment at={row.seen_at} style="relative" /> },
    {
      id: "ends",
      header: "Ends",
      isMinor: true,
      width: "130px",
      cell: (row) => <Moment at={row.expires_at} style="relative" />,
    },
    {
      id: "actions",
      header: <span className="sr-only">Actions</span>,
      width: "90px",
      align: "end",
      cell: (row) =>
        row.is_current ? null : (
          <Button
            size="compact-xs"
            variant="default"
            aria-label={`End the session of ${browserOf(row.user_agent)} from ${row.address ?? "somewhere"}`}
            onClick={() => void end(row)}
          >
            End
          </Button>
        ),
    },
  ];
  const rows = sessions.data?.sessions ?? [];
  return (
    <Section
      title="Sessions"
      actions={
        <Button variant="default" disabled={rows.every((row) => row.is_current)} onClick={() => ask(true)}>
          End all others
        </Button>
      }
    >
      {sessions.error ? (
        <ErrorPanel error={sessions.error} retry={() => void sessions.refetch()} />
      ) : sessions.isPending ? (
        <Loading />
      ) : (
        <div className={classes.table}>
          <DataTable
            label="Sessions"
            rows={rows}
            columns={columns}
            rowKey={(row) => row.id}
            height="300px"
            empty={<p className={`faint ${classes.body}`}>You are logged in nowhere by a browser.</p>}
          />
        </div>
      )}
      {isAsked && (
        <Confirm
          title="End all your other sessions?"
          yes="End them"
          isDangerous
          onClose={() => ask(false)}
          act={async () => {
            await api.DELETE("/auth/sessions");
            await changed();
            tellDone("Your other sessions have ended.");
          }}
        >
          Whoever uses them has to log in again. Tokens stay good.
        </Confirm>
      )}
    </Section>
  );
}
