// Tokens by name: what each may do, until when, and a way to take it back.
import { ActionIcon, Tooltip } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { api } from "@/shared/api/client";
import type { LongList } from "@/shared/api/lists";
import type { Schemas } from "@/shared/api/schemas";
import { Confirm } from "@/shared/ui/confirm";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { EmptyState } from "@/shared/ui/EmptyState";
import { Gated } from "@/shared/ui/Gated";
import { Moment } from "@/shared/ui/Moment";
import { tellDone } from "@/shared/ui/told";
import classes from "./access.module.css";

export type Token = Schemas["TokenResponse"];

function isOver(token: Token): boolean {
  return token.revoked_at !== null || Date.parse(token.expires_at) <= Date.now();
}

export function TokenTable(given: {
  list: LongList<Token>;
  /** With a column of whose they are. */
  ofAll?: boolean;
  height?: string;
  onChanged: () => void;
}) {
  const { list } = given;
  const [asked, ask] = useState<Token>();
  const columns: Column<Token>[] = [
    { id: "name", header: "Name", width: "minmax(120px, 1fr)", cell: (row) => row.name },
    ...(given.ofAll
      ? [{ id: "whose", header: "Whose", width: "minmax(110px, 0.7fr)", cell: (row: Token) => row.username }]
      : []),
    {
      id: "scopes",
      header: "Good for",
      width: "minmax(180px, 1.4fr)",
      isMinor: true,
      cell: (row) =>
        row.scopes === null ? (
          <span className="faint">all that its owner may</span>
        ) : (
          <Tooltip label={row.scopes.join(", ")} multiline maw={400}>
            <span className="mono">{row.scopes.join(", ")}</span>
          </Tooltip>
        ),
    },
    {
      id: "workspace",
      header: "Workspace",
      isMinor: true,
      width: "110px",
      cell: (row) => (row.workspace === "*" ? "all" : row.workspace),
    },
    { id: "created", header: "Made", isMinor: true, width: "112px", cell: (row) => <Moment at={row.created_at} /> },
    {
      id: "used",
      header: "Last used",
      isMinor: true,
      width: "112px",
      cell: (row) => <Moment at={row.last_used_at} style="relative" />,
    },
    {
      id: "ends",
      header: "Ends",
      width: "112px",
      cell: (row) =>
        row.revoked_at ? <span className="faint">revoked</span> : <Moment at={row.expires_at} style="relative" />,
    },
    {
      id: "actions",
      header: <span className="sr-only">Actions</span>,
      width: "50px",
      align: "end",
      cell: (row) =>
        isOver(row) ? null : (
          <Gated needs={given.ofAll ? "edit:user" : "delete:token"} {...(given.ofAll ? { name: row.username } : {})}>
            <ActionIcon aria-label={`Revoke ${row.name}`} onClick={() => ask(row)}>
              <IconTrash size={16} />
            </ActionIcon>
          </Gated>
        ),
    },
  ];
  return (
    <>
      <DataTable
        label="Tokens"
        rows={list.rows}
        total={list.total}
        more={list.more}
        columns={columns}
        rowKey={(row) => row.id}
        rowClass={(row) => (isOver(row) ? classes.ended : undefined)}
        {...(given.height ? { height: given.height } : {})}
        empty={
          <EmptyState
            title="No tokens yet"
            code="tradewind tokens create 'nightly export' --scope read:dag --expires-in 30d"
          >
            A token lets a program use the API without a password. Make one for each program, good for no more than it
            needs.
          </EmptyState>
        }
      />
      {asked && (
        <Confirm
          title={`Revoke ${asked.name}?`}
          yes="Revoke"
          isDangerous
          onClose={() => ask(undefined)}
          act={async () => {
            await api.DELETE("/auth/tokens/{token_id}", { params: { path: { token_id: asked.id } } });
            given.onChanged();
            tellDone(`${asked.name} is revoked.`);
          }}
        >
          Programs that use it are refused within seconds. It cannot be made good again.
        </Confirm>
      )}
    </>
  );
}
