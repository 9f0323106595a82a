// A new backfill: from when to when, and before it starts the runs that it would make.
import { Alert, Checkbox, Group, Loader, NumberInput, Select, Textarea, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, data } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import type { Schemas } from "@/shared/api/schemas";
import { many } from "@/shared/format/numbers";
import { absolute, duration } from "@/shared/format/time";
import { Confirm } from "@/shared/ui/confirm";
import { tellDone } from "@/shared/ui/told";
import type { DagHead } from "../queries";

type Body = Schemas["BackfillPostBody"];
type Plan = Schemas["BackfillPlanResponse"];
type Again = NonNullable<Body["reprocess_behavior"]>;
const SHOWN = 200;

interface Values {
  from: string;
  to: string;
  again: Again;
  most: number;
  isBackwards: boolean;
  conf: string;
}

/** The request for these values, or what is wrong with them. */
export function bodyOf(dagId: string, values: Values): Body | string {
  const from = new Date(values.from);
  const to = new Date(values.to);
  if (Number.isNaN(from.getTime()) || Number.isNaN(to.getTime())) return "Choose the first and the last date.";
  if (from > to) return "The first date is after the last.";
  let conf: Body["dag_run_conf"] = null;
  if (values.conf.trim()) {
    try {
      conf = JSON.parse(values.conf) as NonNullable<Body["dag_run_conf"]>;
    } catch (error) {
      return `The configuration is no JSON: ${error instanceof Error ? error.message : String(error)}`;
    }
    if (conf === null || typeof conf !== "object" || Array.isArray(conf))
      return "The configuration has to be an object.";
  }
  return {
    dag_id: dagId,
    from_date: from.toISOString(),
    to_date: to.toISOString(),
    reprocess_behavior: values.again,
    max_active_runs: values.most,
    run_backwards: values.isBackwards,
    dag_run_conf: conf,
  };
}

export function BackfillForm({ dag, onClose }: { dag: DagHead; onClose: () => void }) {
  const client = useQueryClient();
  const [values, setValues] = useState<Values>({
    from: "",
    to: "",
    again: "none",
    most: 10,
    isBackwards: false,
    conf: "",
  });
  const set = (change: Partial<Values>): void => setValues((before) => ({ ...before, ...change }));
  const [settled] = useDebouncedValue(values, 350);
  const body = bodyOf(dag.dag_id, settled);
  const isOk = typeof body !== "string";
  const plan = useQuery({
    queryKey: keys.backfills("plan", body),
    queryFn: () => data(api.POST("/api/v2/backfills/plan", { body: body as Body })),
    enabled: isOk,
    retry: false,
    placeholderData: keepPreviousData,
    gcTime: 0,
  });
  const todo = plan.data ? plan.data.to_create + plan.data.to_run_again : 0;
  return (
    <Confirm
      title={`Backfill ${dag.display_name}`}
      size="lg"
      yes={todo > 0 ? `Start ${many(todo, "run")}` : "Start"}
      isReady={isOk && plan.isSuccess && !plan.isFetching && settled === values && todo > 0}
      onClose={onClose}
      act={async () => {
        await api.POST("/api/v2/backfills", { body: body as Body });
        tellDone("The backfill has begun.");
        await client.invalidateQueries({ queryKey: keys.dag(dag.dag_id, "live") });
      }}
    >
      <Group grow align="flex-start">
        <TextInput
          label="First date"
          type="datetime-local"
          required
          data-autofocus
          value={values.from}
          onChange={(event) => set({ from: event.currentTarget.value })}
        />
        <TextInput
          label="Last date"
          type="datetime-local"
          required
          value={values.to}
          onChange={(event) => set({ to: event.currentTarget.value })}
        />
      </Group>
      <Group grow align="flex-start" mt={10}>
        <Select
          label="Dates that have a run already"
          allowDeselect={false}
          data={[
            { value: "none", label: "Leave them alone" },
            { value: "failed", label: "Run failed ones again" },
            { value: "completed", label: "Run all of them again" },
          ]}
          value={values.again}
          onChange={(again) => set({ again: (again ?? "none") as Again })}
        />
        <NumberInput
          label="Runs at a time"
          size="xs"
          min={1}
          value={values.most}
          onChange={(most) => set({ most: Math.max(1, Number(most) || 1) })}
        />
      </Group>
      <Checkbox
        mt={12}
        size="xs"
        label="The newest date first"
        checked={values.isBackwards}
        onChange={(event) => set({ isBackwards: event.currentTarget.checked })}
      />
      <details style={{ marginTop: 10 }}>
        <summary style={{ cursor: "pointer", fontSize: 13 }}>Configuration</summary>
        <Textarea
          aria-label="Configuration of the runs, as a JSON object"
          mt={6}
          autosize
          minRows={2}
          placeholder='{"key": "value"}'
          value={values.conf}
          onChange={(event) => set({ conf: event.currentTarget.value })}
        />
      </details>
      <div style={{ marginTop: 14 }} aria-live="polite">
        {!isOk && <span className="faint">{body}</span>}
        {isOk && plan.isFetching && !plan.data && <Loader size="xs" />}
        {isOk && plan.error && (
          <Alert color="red">{plan.error instanceof Error ? plan.error.message : String(plan.error)}</Alert>
        )}
        {isOk && plan.data && <Preview plan={plan.data} />}
      </div>
    </Confirm>
  );
}

const ACTIONS = { create: "new run", run_again: "runs again", skip: "left alone" } as const;

function Preview({ plan }: { plan: Plan }) {
  return (
    <>
      <p style={{ margin: "0 0 6px" }}>
        <b>{many(plan.to_create, "new run")}</b>, {plan.to_run_again} again, {plan.to_skip} left alone;{" "}
        {many(plan.task_instances, "task instance")}
        {plan.estimated_seconds !== null && <>; about {duration(plan.estimated_seconds)} in all</>}.
      </p>
      {plan.is_dag_paused && (
        <Alert color="yellow" mb={8}>
          The DAG is paused: the runs are made and wait until it is active.
        </Alert>
      )}
      <div className="card" style={{ maxHeight: 200, overflow: "auto" }} tabIndex={0}>
        <table style={{ width: "100%", fontSize: 12.5, borderCollapse: "collapse" }}>
          <thead className="sr-only">
            <tr>
              <th>Date</th>
              <th>What happens</th>
              <th>Why</th>
            </tr>
          </thead>
          <tbody>
            {plan.runs.slice(0, SHOWN).map((run) => (
              <tr key={run.partition_key ?? run.logical_date ?? run.run_after}>
                <td style={{ padding: "3px 10px" }}>
                  {run.partition_key ?? (run.logical_date ? absolute(run.logical_date) : "")}
                </td>
                <td style={{ padding: "3px 10px" }}>{ACTIONS[run.action]}</td>
                <td style={{ padding: "3px 10px" }} className="faint">
                  {run.reason ?? ""}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {plan.runs.length > SHOWN && <p className="faint">and {plan.runs.length - SHOWN} more</p>}
    </>
  );
}
