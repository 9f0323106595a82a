// What one can do to several DAGs.
import { IconPlayerPause, IconPlayerTrackNext, IconTrash } from "@tabler/icons-react";
import { queryClient } from "@/queries";
import { api } from "@/shared/api/client";
import { keys } from "@/shared/api/keys";
import type { BulkAction, Thing } from "@/shared/bulk/plan";
import { count } from "@/shared/format/numbers";
import type { DagRow } from "./queries";

export interface DagThing extends Thing {
  isPaused: boolean;
  running: number;
}

export function dagThing(dag: DagRow): DagThing {
  return { dagId: dag.dag_id, name: dag.dag_id, isPaused: dag.is_paused, running: dag.running };
}

async function pause(some: DagThing[], isPaused: boolean): Promise<[]> {
  for (const { dagId } of some) {
    await api.PATCH("/api/v2/dags/{dag_id}", { params: { path: { dag_id: dagId } }, body: { is_paused: isPaused } });
  }
  return [];
}

function after(dags: readonly DagThing[]): void {
  for (const queryKey of [keys.dags(), keys.home, ...dags.map((dag) => keys.dag(dag.dagId))]) {
    void queryClient.invalidateQueries({ queryKey });
  }
}

function Pausing({ things }: { things: DagThing[] }) {
  const busy = things.filter((one) => one.running > 0).length;
  return (
    <p>
      No run and no task of them starts until they are active again. Tasks that run now go on to their end.{" "}
      {busy > 0 && (
        <b>
          {count(busy)} of them {busy === 1 ? "has runs that stop" : "have runs that stop"} where they are.
        </b>
      )}
    </p>
  );
}

const Unpausing = () => (
  <p>Their runs start when they are due; what has become due while they were paused starts at once.</p>
);

const Deletion = () => (
  <p>
    All runs, task instances, XComs and versions of them are deleted and cannot be brought back. Their files stay: while
    a file is there its DAG comes back without its history.
  </p>
);

export const DAG_ACTIONS: BulkAction<DagThing>[] = [
  {
    id: "pause",
    verb: "Pause",
    done: "paused",
    icon: IconPlayerPause,
    needs: "edit:dag",
    obstacle: (dag) => (dag.isPaused ? "paused already" : undefined),
    Consequences: Pausing,
    most: 1,
    act: (some) => pause(some, true),
    after,
  },
  {
    id: "unpause",
    verb: "Unpause",
    done: "active",
    icon: IconPlayerTrackNext,
    needs: "edit:dag",
    obstacle: (dag) => (dag.isPaused ? undefined : "active already"),
    Consequences: Unpausing,
    most: 1,
    act: (some) => pause(some, false),
    after,
  },
  {
    id: "delete",
    verb: "Delete history",
    title: (what) => `Delete the history of ${what}`,
    done: "deleted",
    icon: IconTrash,
    needs: "delete:dag",
    isDangerous: true,
    obstacle: (dag) => (dag.running > 0 ? "they have running runs; end those first" : undefined),
    Consequences: Deletion,
    most: 1,
    act: async (some) => {
      for (const { dagId } of some) await api.DELETE("/api/v2/dags/{dag_id}", { params: { path: { dag_id: dagId } } });
      return [];
    },
    after,
  },
];
