// The code of the version that ran, and how it differs from another one.
import { Button, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { memo, useMemo } from "react";
import { absolute } from "@/shared/format/time";
import { Copyable } from "@/shared/ui/Copyable";
import { EmptyState } from "@/shared/ui/EmptyState";
import { ErrorPanel, Loading } from "@/shared/ui/whole-page";
import type { TabProps } from "../DagPage";
import { sourceQuery, versionsQuery } from "../queries";
import classes from "./Code.module.css";
import { type DiffLine, diff, shortened } from "./diff";
import { tokens } from "./highlight";

export function CodeTab({ dag, search, go }: TabProps) {
  const shown = search.version ?? dag.version_number ?? 1;
  const { against } = search;
  const versions = useQuery(versionsQuery(dag.dag_id));
  const source = useQuery(sourceQuery(dag.dag_id, shown));
  const other = useQuery({ ...sourceQuery(dag.dag_id, against ?? 0), enabled: against !== undefined });
  const error = source.error ?? other.error;
  const options = (versions.data?.dag_versions ?? []).map((one) => ({
    value: String(one.version_number),
    label: `Version ${one.version_number} · ${absolute(one.created_at).slice(0, 16)}`,
  }));
  const text = source.data ?? "";
  return (
    <div>
      <div className={classes.tools}>
        <Select
          aria-label="Version"
          w={220}
          allowDeselect={false}
          data={options}
          value={String(shown)}
          onChange={(value) => go({ version: Number(value) })}
        />
        <Select
          aria-label="Compare with"
          placeholder="Compare with…"
          w={220}
          clearable
          disabled={options.length < 2}
          data={options.filter((one) => one.value !== String(shown))}
          value={against === undefined ? null : String(against)}
          onChange={(value) => go({ against: value === null ? undefined : Number(value) })}
        />
        {shown > 1 && against !== shown - 1 && (
          <Button variant="default" onClick={() => go({ against: shown - 1, version: shown })}>
            What changed in version {shown}
          </Button>
        )}
        <span className={`faint ${classes.path}`}>
          <Copyable text={dag.fileloc} label="Copy the path" />
        </span>
      </div>
      {error ? (
        <ErrorPanel error={error} retry={() => void source.refetch()} />
      ) : source.isPending || (against !== undefined && other.isPending) ? (
        <Loading />
      ) : against === undefined ? (
        <Code text={text} />
      ) : (
        <Diff older={(against < shown ? other.data : text) ?? ""} newer={(against < shown ? text : other.data) ?? ""} />
      )}
    </div>
  );
}

const Code = memo(function Code({ text }: { text: string }) {
  return (
    <section className={`card ${classes.code}`} tabIndex={0} aria-label="Code">
      {text.split("\n").map((line, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
        <div key={place} className={classes.line} id={`L${place + 1}`}>
          <span className={classes.number}>{place + 1}</span>
          <Line text={line} />
        </div>
      ))}
    </section>
  );
});

function Line({ text }: { text: string }) {
  return (
    <code className={classes.text}>
      {tokens(text).map(([kind, part], place) =>
        kind === "" ? (
          part
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: a part is its place
          <span key={place} data-kind={kind}>
            {part}
          </span>
        ),
      )}
    </code>
  );
}

const SIGNS: Record<DiffLine["kind"], string> = { same: " ", added: "+", removed: "−", gap: " " };

function Diff({ older, newer }: { older: string; newer: string }) {
  const lines = useMemo(() => shortened(diff(older, newer)), [older, newer]);
  if (lines.length === 0) {
    return (
      <EmptyState title="The file is the same in both">
        A version is also made when something outside of the file changes what it says: an import, a variable, a date.
      </EmptyState>
    );
  }
  const added = lines.filter((line) => line.kind === "added").length;
  const removed = lines.filter((line) => line.kind === "removed").length;
  return (
    <>
      <p className="faint" style={{ margin: "0 0 6px" }}>
        {added} lines added, {removed} removed
      </p>
      <section className={`card ${classes.code}`} tabIndex={0} aria-label="Differences">
        {lines.map((line, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
          <div key={place} className={classes.line} data-kind={line.kind}>
            <span className={classes.number}>{line.before ?? ""}</span>
            <span className={classes.number}>{line.after ?? ""}</span>
            <span className={classes.sign} role="img" aria-label={line.kind}>
              {SIGNS[line.kind]}
            </span>
            {line.kind === "gap" ? <span className="faint">{line.text}</span> : <Line text={line.text} />}
          </div>
        ))}
      </section>
    </>
  );
}
