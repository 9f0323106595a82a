// What one can do to several runs, of one DAG or of many.
import { IconCheck, IconRefresh, IconTrash, IconX } from "@tabler/icons-react";
import { useQueries } from "@tanstack/react-query";
import { queryClient } from "@/queries";
import { api, data } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import { count, many } from "@/shared/format/numbers";
import { type BulkAction, type Choices, partsOf, type Thing } from "./plan";
import type { Failure } from "./work";

export interface RunThing extends Thing {
  runId: string;
  state: string;
}

const MOST = 25;
/** Of runs of more DAGs nobody is told how many task instances they have: it costs a request for each DAG. */
const MOST_DAGS = 20;
const FAILED: ("failed" | "upstream_failed")[] = ["failed", "upstream_failed"];

export const runsNoun = (number: number): string => many(number, "run");

/** The run of a row; its name tells it from those of other DAGs where there are such. */
export function runThing(dagId: string, runId: string, state: string, isOfMany: boolean): RunThing {
  return { dagId, runId, state, name: isOfMany ? `${dagId} · ${runId}` : runId };
}

type Answer = { success: string[]; errors: Record<string, unknown>[] } | null | undefined;

/** What a bulk request could not do: it says which runs it did, and in their order why not the others. */
export function failuresOf(part: readonly RunThing[], answer: Answer): (Failure & { isGone: boolean })[] {
  const done = new Set(answer?.success);
  return part
    .filter((one) => !done.has(one.runId))
    .map(({ name }, index) => {
      const error = answer?.errors[index];
      return {
        name,
        reason: String(error?.error ?? "The server does not say why."),
        isGone: error?.status_code === 404,
      };
    });
}

async function mark(part: RunThing[], state: "success" | "failed"): Promise<Failure[]> {
  const entities = part.map((one) => ({ dag_run_id: one.runId, state }));
  const answer = await data(
    api.PATCH("/api/v2/dags/{dag_id}/dagRuns", {
      params: { path: { dag_id: part[0]?.dagId ?? "" } },
      body: { actions: [{ action: "update", entities, action_on_non_existence: "fail" }] },
    }),
  );
  return failuresOf(part, answer.update);
}

async function remove(part: RunThing[]): Promise<Failure[]> {
  const answer = await data(
    api.PATCH("/api/v2/dags/{dag_id}/dagRuns", {
      params: { path: { dag_id: part[0]?.dagId ?? "" } },
      body: {
        actions: [{ action: "delete", entities: part.map((one) => one.runId), action_on_non_existence: "fail" }],
      },
    }),
  );
  return failuresOf(part, answer.delete).filter((one) => !one.isGone);
}

async function clear(part: RunThing[], choices: Choices): Promise<Failure[]> {
  await api.POST("/api/v2/dags/{dag_id}/clearDagRuns", {
    params: { path: { dag_id: part[0]?.dagId ?? "" } },
    body: {
      dry_run: false,
      only_failed: choices.failed ?? false,
      only_new: false,
      run_on_latest_version: choices.newest ?? false,
      dag_runs: part.map((one) => ({ dag_run_id: one.runId })),
    },
  });
  return [];
}

/** Lists once, not once for each run: a page that shows one asks for it anew each time. */
export function after(runs: readonly RunThing[]): void {
  const dagIds = new Set(runs.map((one) => one.dagId));
  for (const queryKey of [
    ...runs.flatMap(({ dagId, runId }) => [keys.run(dagId, runId), ["task", dagId, runId]]),
    ...[...dagIds].map((dagId) => keys.dag(dagId, "live")),
    keys.runs(),
    keys.dags(),
  ]) {
    void queryClient.invalidateQueries({ queryKey });
  }
}

/** `1,234 task instances`, or none of it while that is not known. */
function useInstances(things: readonly RunThing[], isFailedOnly: boolean): string | undefined {
  const dags = partsOf(things, Number.POSITIVE_INFINITY);
  const answers = useQueries({
    queries: (dags.length <= MOST_DAGS ? dags : []).map((runs) => {
      const runIds = runs.map((one) => one.runId);
      const dagId = runs[0]?.dagId ?? "";
      return {
        queryKey: keys.dag(dagId, "instances", runIds, isFailedOnly),
        queryFn: () =>
          data(
            api.POST("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/list", {
              params: { path: { dag_id: "~", dag_run_id: "~" } },
              body: {
                dag_ids: [dagId],
                dag_run_ids: runIds,
                page_limit: 1,
                page_offset: 0,
                ...(isFailedOnly ? { state: FAILED } : {}),
              },
            }),
          ).then((page) => page.total_entries),
        retry: false,
        gcTime: 0,
      };
    }),
  });
  const known = answers.map((one) => one.data).filter((one) => one !== undefined && one !== null);
  if (answers.length === 0 || known.length < answers.length) return undefined;
  const number = known.reduce((sum, one) => sum + one, 0);
  return many(number, isFailedOnly ? "failed task instance" : "task instance");
}

function Clearing({ things, choices }: { things: RunThing[]; choices: Choices }) {
  const isFailedOnly = choices.failed ?? false;
  const instances = useInstances(things, isFailedOnly);
  return (
    <p>
      <b>{instances ?? (isFailedOnly ? "What failed in them" : "All of their task instances")}</b> will run again. Tries
      and logs so far are kept; what was handed on is forgotten.
    </p>
  );
}

function Deletion({ things }: { things: RunThing[] }) {
  const instances = useInstances(things, false);
  return (
    <p>
      They are gone for good, with {instances ? `their ${instances}` : "all of their task instances"}, their tries and
      what they handed on. Assets keep their events.
    </p>
  );
}

const Success = () => (
  <p>All of their tasks that have not succeeded are marked as success. What runs is stopped; nothing else is run.</p>
);

const Failing = ({ things }: { things: RunThing[] }) => {
  const busy = things.filter((one) => one.state === "running").length;
  return (
    <p>
      What runs is stopped and marked as failed, and what has not begun is skipped.{" "}
      {busy > 0 && (
        <b>
          {count(busy)} of them {busy === 1 ? "runs" : "run"} now.
        </b>
      )}
    </p>
  );
};

const already = (state: string, words: string) => (run: RunThing) => (run.state === state ? words : undefined);

export const RUN_ACTIONS: BulkAction<RunThing>[] = [
  {
    id: "clear",
    verb: "Clear",
    done: "cleared",
    icon: IconRefresh,
    needs: "edit:dag_run",
    choices: [
      { id: "failed", label: "Only failed", description: "And what failed because of it" },
      { id: "newest", label: "Newest version", description: "Run with the DAG as it is now" },
    ],
    Consequences: Clearing,
    most: MOST,
    act: clear,
    after,
  },
  {
    id: "success",
    verb: "Mark as success",
    done: "marked as success",
    icon: IconCheck,
    needs: "edit:dag_run",
    title: (what) => `Mark ${what} as success`,
    obstacle: already("success", "succeeded already"),
    Consequences: Success,
    most: MOST,
    act: (part) => mark(part, "success"),
    after,
  },
  {
    id: "failed",
    verb: "Mark as failed",
    done: "marked as failed",
    icon: IconX,
    needs: "edit:dag_run",
    title: (what) => `Mark ${what} as failed`,
    obstacle: already("failed", "failed already"),
    Consequences: Failing,
    most: MOST,
    act: (part) => mark(part, "failed"),
    after,
  },
  {
    id: "delete",
    verb: "Delete",
    done: "deleted",
    icon: IconTrash,
    needs: "delete:dag_run",
    isDangerous: true,
    obstacle: (run) => (run.state === "running" ? "running now; mark them as failed first" : undefined),
    Consequences: Deletion,
    most: MOST,
    act: remove,
    after,
  },
];
