// What a task handed on: as a tree, a table of the first rows, or a picture, with its size; copied or downloaded whole.
import { ActionIcon, Button, CopyButton } from "@mantine/core";
import { IconCheck, IconCopy, IconDownload } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, data } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import { apiBase } from "@/shared/api/place";
import type { Schemas } from "@/shared/api/schemas";
import { count, size } from "@/shared/format/numbers";
import { EmptyState } from "@/shared/ui/EmptyState";
import { JsonTree } from "@/shared/ui/JsonTree";
import { Moment } from "@/shared/ui/Moment";
import { ErrorPanel, Loading } from "@/shared/ui/whole-page";
import classes from "./TaskPage.module.css";

export interface InstanceKey {
  dagId: string;
  runId: string;
  taskId: string;
  mapIndex: number;
}

type XCom = Schemas["TaskViewXCom"];

/** A value that is kept as a file: what it is and looks like. */
interface Stored {
  __tw__: "file";
  format: string;
  bytes?: number;
  type?: string;
  library?: string;
  shape?: number[];
  columns?: string[];
  head?: unknown[];
  width?: number;
  height?: number;
  media_type?: string;
}

export function XComs({ of, xcoms }: { of: InstanceKey; xcoms: XCom[] | null }) {
  if (xcoms === null) {
    return (
      <EmptyState title="You may not see what tasks hand on">Ask for the permission read:xcom on this DAG.</EmptyState>
    );
  }
  if (xcoms.length === 0) {
    return (
      <EmptyState
        title="It handed nothing on"
        code={`@task\ndef ${of.taskId.split(".").at(-1)}():\n    return {"rows": 42}`}
      >
        What a task returns is shown here, and can be read by the tasks after it.
      </EmptyState>
    );
  }
  return (
    <div className={classes.xcoms}>
      {xcoms.map((one) => (
        <Entry key={one.key} of={of} xcom={one} />
      ))}
    </div>
  );
}

function Entry({ of, xcom }: { of: InstanceKey; xcom: XCom }) {
  const stored = asStored(xcom.value);
  const file = `${apiBase}/api/v2/dags/${[of.dagId, "dagRuns", of.runId, "taskInstances", of.taskId]
    .map(encodeURIComponent)
    .join("/")}/xcomContents/${encodeURIComponent(xcom.key)}?map_index=${of.mapIndex}`;
  return (
    <section className={classes.xcom} aria-label={xcom.key}>
      <header>
        <b className="mono">{xcom.key}</b>
        <span className="faint">{stored ? aboutOf(stored) : size(xcom.length)}</span>
        <span className="faint">
          <Moment at={xcom.timestamp} style="relative" />
        </span>
        <span style={{ marginLeft: "auto", display: "flex" }}>
          {stored && (
            <ActionIcon component="a" href={file} download aria-label={`Download ${xcom.key}`}>
              <IconDownload size={15} />
            </ActionIcon>
          )}
          {xcom.is_here && (
            <CopyButton value={typeof xcom.value === "string" ? xcom.value : JSON.stringify(xcom.value, null, 2)}>
              {({ copied, copy }) => (
                <ActionIcon onClick={copy} aria-label={`Copy ${xcom.key}`}>
                  {copied ? <IconCheck size={15} /> : <IconCopy size={15} />}
                </ActionIcon>
              )}
            </CopyButton>
          )}
        </span>
      </header>
      {stored ? (
        <StoredValue stored={stored} file={file} name={xcom.key} />
      ) : xcom.is_here ? (
        <Value value={xcom.value} />
      ) : (
        <Long of={of} name={xcom.key} length={xcom.length} />
      )}
    </section>
  );
}

function Long({ of, name, length }: { of: InstanceKey; name: string; length: number }) {
  const [isWanted, setWanted] = useState(false);
  const value = useQuery({
    queryKey: keys.task(of.dagId, of.runId, of.taskId, of.mapIndex, "xcom", name),
    enabled: isWanted,
    queryFn: () =>
      data(
        api.GET("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/xcomEntries/{xcom_key}", {
          params: {
            path: { dag_id: of.dagId, dag_run_id: of.runId, task_id: of.taskId, xcom_key: name },
            query: { map_index: of.mapIndex },
          },
        }),
      ),
  });
  if (value.error) return <ErrorPanel error={value.error} retry={() => void value.refetch()} />;
  if (value.data) return <Value value={(value.data as { value: unknown }).value} />;
  if (isWanted) return <Loading />;
  return (
    <Button size="compact-xs" variant="default" onClick={() => setWanted(true)}>
      Show all {size(length)}
    </Button>
  );
}

function Value({ value }: { value: unknown }) {
  const rows = asRows(value);
  return rows ? <Rows columns={rows.columns} rows={rows.rows} /> : <JsonTree value={value} />;
}

function StoredValue({ stored, file, name }: { stored: Stored; file: string; name: string }) {
  if (stored.media_type === "image/png") {
    return <img src={file} alt={`${stored.type ?? "Picture"} ${name}`} className={classes.picture} />;
  }
  const rows = asRows(stored.head);
  if (rows) {
    return (
      <>
        <Rows columns={stored.columns ?? rows.columns} rows={rows.rows} />
        {stored.shape && (stored.shape[0] ?? 0) > rows.rows.length && (
          <div className="faint">the first {rows.rows.length} rows</div>
        )}
      </>
    );
  }
  return <JsonTree value={stored.head ?? stored} />;
}

function Rows({ columns, rows }: { columns: string[]; rows: Record<string, unknown>[] }) {
  return (
    <div className={classes.tableFrame} tabIndex={0}>
      <table className={classes.rows}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column}>{column}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows of a value have no names and do not move
            <tr key={at}>
              {columns.map((column) => (
                <td key={column} data-number={typeof row[column] === "number"}>
                  {row[column] === null ? <span className="faint">null</span> : String(row[column] ?? "")}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function aboutOf(stored: Stored): string {
  const shape = stored.shape ? stored.shape.map(count).join(" × ") : "";
  const pixels = stored.width && stored.height ? `${stored.width} × ${stored.height}` : "";
  return [
    `${stored.library ?? ""} ${stored.type ?? stored.format}`.trim(),
    shape || pixels,
    stored.bytes ? size(stored.bytes) : "",
  ]
    .filter(Boolean)
    .join(" · ");
}

function asStored(value: unknown): Stored | undefined {
  const found = value as Stored | null;
  return found && typeof found === "object" && found.__tw__ === "file" ? found : undefined;
}

/** A list of flat objects is a table. */
export function asRows(value: unknown): { columns: string[]; rows: Record<string, unknown>[] } | undefined {
  if (!Array.isArray(value) || value.length === 0 || value.length > 200) return undefined;
  const isFlat = value.every(
    (row) =>
      row !== null &&
      typeof row === "object" &&
      !Array.isArray(row) &&
      Object.values(row).every((one) => one === null || typeof one !== "object"),
  );
  if (!isFlat) return undefined;
  const columns = [...new Set(value.flatMap((row) => Object.keys(row as object)))];
  return columns.length > 0 && columns.length <= 40 ? { columns, rows: value as Record<string, unknown>[] } : undefined;
}
