// The DAG as a graph: any version of it, with the states of a run, groups that fold, assets in and out.
import { ActionIcon, Button, Select, Switch } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { taskUrl } from "@/shared/addresses";
import { absolute } from "@/shared/format/time";
import { Canvas } from "@/shared/graph/Canvas";
import { drawingOf, foldedOf, NONE, statesOf } from "@/shared/graph/drawing";
import { lookOf } from "@/shared/states";
import { EmptyState } from "@/shared/ui/EmptyState";
import { StateBadge } from "@/shared/ui/StateIcon";
import { ErrorPanel, Loading } from "@/shared/ui/whole-page";
import type { TabProps } from "../DagPage";
import { nameOf } from "../grid/Head";
import { runStatesQuery, type Structure, structureQuery } from "../queries";
import classes from "./Graph.module.css";

const NO_STATES: Record<string, Record<string, number>> = {};

export function GraphTab({ dag, search, go }: TabProps) {
  const { data: structure, error, refetch } = useQuery(structureQuery(dag.dag_id, search.version, search.run));
  const states = useQuery({ ...runStatesQuery(dag.dag_id, search.run ?? ""), enabled: search.run !== undefined });
  const [hasAssets, setHasAssets] = useState(true);
  const folded = useMemo(
    () => (structure ? foldedOf(structure, search.folded) : new Set<string>()),
    [structure, search.folded],
  );
  const drawing = useMemo(() => structure && drawingOf(structure, folded, hasAssets), [structure, folded, hasAssets]);
  if (error) return <ErrorPanel error={error} retry={() => void refetch()} />;
  if (!structure || !drawing) return <Loading />;
  if (structure.tasks.length === 0) {
    return (
      <EmptyState title="This DAG has no tasks" code={"@task\ndef hello():\n    print('hello')\n\nhello()"}>
        Add one to its file, inside of the DAG:
      </EmptyState>
    );
  }
  const fold = (groups: Iterable<string>): void => go({ folded: [...groups].join(",") || NONE });
  const known = states.data?.states ?? NO_STATES;
  const task = structure.tasks.find((one) => one.id === search.task);
  return (
    <div>
      <Tools dag={dag} structure={structure} search={search} go={go}>
        {structure.groups.length > 0 && (
          <Button.Group>
            <Button variant="default" onClick={() => fold(structure.groups.map((group) => group.id))}>
              Fold all
            </Button>
            <Button variant="default" disabled={folded.size === 0} onClick={() => fold([])}>
              Unfold all
            </Button>
          </Button.Group>
        )}
        {structure.assets.length > 0 && (
          <Switch label="Assets" checked={hasAssets} onChange={(event) => setHasAssets(event.currentTarget.checked)} />
        )}
      </Tools>
      <div className={`card ${classes.frame}`}>
        <Canvas
          drawing={drawing}
          states={known}
          selected={search.task}
          onSelect={(id) => go({ task: id })}
          onFold={(id) => {
            const next = new Set(folded);
            if (!next.delete(id)) next.add(id);
            fold(next);
          }}
        />
        {task && (
          <TaskCard
            task={task}
            counts={statesOf(known, [task.id])?.counts}
            link={search.run === undefined ? undefined : taskUrl(dag.dag_id, search.run, task.id)}
            close={() => go({ task: undefined })}
          />
        )}
      </div>
    </div>
  );
}

function Tools({
  dag,
  structure,
  search,
  go,
  children,
}: TabProps & { structure: Structure; children: React.ReactNode }) {
  const runs = [...dag.runs].reverse();
  const isListed = runs.some((run) => run.run_id === search.run);
  return (
    <div className={classes.tools}>
      <Select
        aria-label="States of a run"
        placeholder="States of a run"
        clearable
        searchable
        w={230}
        data={[
          ...(search.run && !isListed ? [{ value: search.run, label: search.run }] : []),
          ...runs.map((run) => ({ value: run.run_id, label: `${nameOf(run)} · ${lookOf(run.state).word}` })),
        ]}
        value={search.run ?? null}
        onChange={(run) => go({ run: run ?? undefined, version: undefined })}
      />
      <Select
        aria-label="Version"
        w={220}
        allowDeselect={false}
        data={structure.versions.map((one) => ({
          value: String(one.version_number),
          label: `Version ${one.version_number} · ${absolute(one.created_at).slice(0, 16)}`,
        }))}
        value={String(structure.version_number)}
        onChange={(version) => go({ version: version === null ? undefined : Number(version) })}
      />
      {children}
    </div>
  );
}

function TaskCard(given: {
  task: Structure["tasks"][number];
  counts: Record<string, number> | undefined;
  link: string | undefined;
  close: () => void;
}) {
  const { task, counts } = given;
  return (
    <aside className={`card ${classes.panel}`} aria-label="Selected task">
      <ActionIcon size={22} className={classes.close ?? ""} aria-label="Close" onClick={given.close}>
        <IconX size={15} />
      </ActionIcon>
      <h2>{task.id}</h2>
      {counts && (
        <p style={{ display: "flex", gap: 4, flexWrap: "wrap", margin: "0 0 8px" }}>
          {Object.entries(counts).map(([state, count]) => (
            <StateBadge key={state} state={state} {...(count > 1 ? { count } : {})} />
          ))}
        </p>
      )}
      <dl>
        <dt>Operator</dt>
        <dd>{task.operator}</dd>
        <dt>Runs when</dt>
        <dd>{task.trigger_rule.replaceAll("_", " ")}</dd>
        {task.kind !== "task" && (
          <>
            <dt>Role</dt>
            <dd>{task.kind}</dd>
          </>
        )}
      </dl>
      {given.link ? (
        <Button variant="light" component={Link} to={given.link}>
          Open log and details
        </Button>
      ) : (
        <span className="faint">Choose a run to see how it went.</span>
      )}
    </aside>
  );
}
