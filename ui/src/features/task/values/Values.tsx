// What a task handed on: each value as what it is, with its size and age; copied or downloaded whole.
import { ActionIcon, Button, CopyButton } from "@mantine/core";
import { IconCheck, IconCopy, IconDownload } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, data } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import { apiBase } from "@/shared/api/place";
import type { Schemas } from "@/shared/api/schemas";
import { size } from "@/shared/format/numbers";
import { EmptyState } from "@/shared/ui/EmptyState";
import { Moment } from "@/shared/ui/Moment";
import { ErrorPanel, Loading } from "@/shared/ui/whole-page";
import type { InstanceKey } from "../instance";
import { aboutOf, type FileAt, Shown, ShownFile } from "./Shown";
import { asStored, untagged } from "./shapes";
import classes from "./Values.module.css";

type XCom = Schemas["TaskViewXCom"];

export function Values({ of, xcoms }: { of: InstanceKey; xcoms: XCom[] | null }) {
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
        What a task returns is shown here, and can be read by the tasks after it. Tables, figures of matplotlib, plotly
        and Altair, and pictures are drawn.
      </EmptyState>
    );
  }
  return (
    <div className={classes.values}>
      {xcoms.map((one) => (
        <Entry key={one.key} of={of} xcom={one} />
      ))}
    </div>
  );
}

function Entry({ of, xcom }: { of: InstanceKey; xcom: XCom }) {
  const stored = asStored(xcom.value);
  const path = [of.dagId, "dagRuns", of.runId, "taskInstances", of.taskId].map(encodeURIComponent).join("/");
  const fileAt: FileAt = (name) =>
    `${apiBase}/api/v2/dags/${path}/xcomContents/${encodeURIComponent(xcom.key)}?${new URLSearchParams({
      map_index: String(of.mapIndex),
      name,
    })}`;
  return (
    <section className={classes.value} aria-label={xcom.key}>
      <header>
        <b className="mono">{xcom.key}</b>
        <span className="faint">{stored ? aboutOf(stored) : size(xcom.length)}</span>
        <span className="faint">
          <Moment at={xcom.timestamp} style="relative" />
        </span>
        <span className={classes.actions}>
          {stored && (
            <ActionIcon component="a" href={fileAt(stored.name)} download aria-label={`Download ${xcom.key}`}>
              <IconDownload size={15} />
            </ActionIcon>
          )}
          {xcom.is_here && !stored && (
            <CopyButton value={textOf(xcom.value)}>
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
        <ShownFile stored={stored} name={xcom.key} fileAt={fileAt} />
      ) : xcom.is_here ? (
        <Shown value={xcom.value} name={xcom.key} fileAt={fileAt} />
      ) : (
        <Long of={of} name={xcom.key} length={xcom.length} fileAt={fileAt} />
      )}
    </section>
  );
}

function Long({ of, name, length, fileAt }: { of: InstanceKey; name: string; length: number; fileAt: FileAt }) {
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
  if (value.data) {
    const whole = (value.data as { value: unknown }).value;
    const stored = asStored(whole);
    return stored ? (
      <ShownFile stored={stored} name={name} fileAt={fileAt} />
    ) : (
      <Shown value={whole} name={name} fileAt={fileAt} />
    );
  }
  if (isWanted) return <Loading />;
  return (
    <Button size="compact-xs" variant="default" onClick={() => setWanted(true)}>
      Show all {size(length)}
    </Button>
  );
}

function textOf(value: unknown): string {
  const plain = untagged(value);
  return typeof plain === "string" ? plain : JSON.stringify(plain, null, 2);
}
