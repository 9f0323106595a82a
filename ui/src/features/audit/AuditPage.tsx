// The audit log: who did what to which thing, from where, and what it was before and after.
import { Button, Menu } from "@mantine/core";
import { IconDownload, IconShieldCheck } from "@tabler/icons-react";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { dagUrl } from "@/shared/addresses";
import { api, data } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import { PAGE, useLongList } from "@/shared/api/lists";
import { useRefusal } from "@/shared/api/may";
import { apiBase } from "@/shared/api/place";
import type { Schemas } from "@/shared/api/schemas";
import type { Column } from "@/shared/ui/DataTable";
import { EmptyState } from "@/shared/ui/EmptyState";
import { Gated } from "@/shared/ui/Gated";
import { ListPage } from "@/shared/ui/ListPage";
import { Moment } from "@/shared/ui/Moment";
import { inWords } from "./differences";
import { EntryDetails } from "./EntryDetails";
import { Filters } from "./Filters";
import { type AuditSearch, auditSearch, conditionsOf, exportUrl } from "./search";
import { Verify } from "./Verify";

type Entry = Schemas["AuditEntryResponse"];

const COLUMNS: Column<Entry>[] = [
  { id: "when", header: "When", width: "112px", cell: (row) => <Moment at={row.timestamp} /> },
  {
    id: "who",
    header: "Who",
    width: "minmax(80px, 0.7fr)",
    cell: (row) => row.owner ?? <span className="faint">the server</span>,
  },
  {
    id: "what",
    header: "What",
    isKept: true,
    width: "minmax(120px, 1fr)",
    cell: (row) => (
      <Link from="/audit" to="/audit" search={(before) => ({ ...before, entry: row.id })} replace>
        {inWords(row.event)}
      </Link>
    ),
  },
  {
    id: "thing",
    header: "To which thing",
    width: "minmax(160px, 1.2fr)",
    isMinor: true,
    cell: (row) => (
      <span title={row.name ?? undefined}>
        <span className="faint">{row.resource?.replaceAll("_", " ")}</span> {row.name}
      </span>
    ),
  },
  {
    id: "dag",
    header: "DAG",
    isMinor: true,
    width: "minmax(120px, 0.8fr)",
    cell: (row) => row.dag_id && <Link to={dagUrl(row.dag_id)}>{row.dag_id}</Link>,
  },
  {
    id: "from",
    header: "From",
    isMinor: true,
    width: "180px",
    cell: (row) => (
      <span className="mono">
        {row.address} <span className="faint">{row.via}</span>
      </span>
    ),
  },
];

export function AuditPage() {
  const search = useSearch({ from: "/audit" });
  const navigate = useNavigate({ from: "/audit" });
  const [isVerifying, setVerifying] = useState(false);
  const conditions = conditionsOf(search);
  const list = useLongList<Entry>(keys.admin("audit", conditions), async (offset) => {
    const query = { ...conditions, limit: PAGE, offset, order_by: ["-id"] };
    const page = await data(api.GET("/auth/audit", { params: { query } }));
    return { rows: page.entries, total: page.total_entries };
  });
  const open = list.rows.find((row) => row.id === search.entry);
  const change = (parts: Record<string, unknown>): void =>
    void navigate({ search: auditSearch({ ...search, entry: undefined, ...parts }), replace: true });
  return (
    <>
      <ListPage
        title="Audit"
        list={list}
        columns={COLUMNS}
        rowKey={(row) => String(row.id)}
        isFiltered={Object.keys(conditions).length > 0}
        filters={
          <Filters
            search={search}
            rows={list.rows}
            onChange={change}
            onClear={() => void navigate({ search: {}, replace: true })}
          />
        }
        actions={
          <>
            <Gated needs="read:audit">
              <Button variant="default" leftSection={<IconShieldCheck size={14} />} onClick={() => setVerifying(true)}>
                Verify the log
              </Button>
            </Gated>
            <Export search={search} />
          </>
        }
        empty={<EmptyState title="Nothing has been done yet">Whatever anybody changes is kept here.</EmptyState>}
      />
      {open && <EntryDetails entry={open} onClose={() => change({})} />}
      {isVerifying && <Verify onClose={() => setVerifying(false)} />}
    </>
  );
}

function Export({ search }: { search: AuditSearch }) {
  const refusal = useRefusal("read:audit");
  const button = (
    <Button variant="default" leftSection={<IconDownload size={14} />}>
      Export
    </Button>
  );
  if (refusal !== undefined) return <Gated needs="read:audit">{button}</Gated>;
  return (
    <Menu position="bottom-end">
      <Menu.Target>{button}</Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component="a" href={exportUrl(apiBase, search, "csv")} download="audit.csv">
          What is listed, as CSV
        </Menu.Item>
        <Menu.Item component="a" href={exportUrl(apiBase, search, "jsonl")} download="audit.jsonl">
          What is listed, as JSON lines
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
