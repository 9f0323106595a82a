"""Why an instance does not run yet, in words: one name and reason for each thing it waits for."""

from __future__ import annotations

from collections.abc import Iterator

from tradewind.core.states import FINISHED, RunState, TaskState
from tradewind.db.dags import DagRecord
from tradewind.db.engine import Tx
from tradewind.db.runs import RunRecord
from tradewind.db.tasks import TaskRecord, tasks_of
from tradewind.spec import DagSpec, TaskSpec

__all__ = ["waits_for"]


def waits_for(tx: Tx, dag: DagRecord, run: RunRecord, spec: DagSpec, instance: TaskRecord) -> list[dict[str, str]]:
    """What keeps an instance from running; empty where nothing does, or where it runs already."""
    task = next((task for task in spec.tasks if task.task_id == instance.task_id), None)
    reasons = [*_of_run(dag, run), *_of_state(instance)]
    if task is not None and instance.state is None:
        reasons += _of_upstream(task, tasks_of(tx, [run.uid], task.upstream) if task.upstream else [])
    return [{"name": name, "reason": reason} for name, reason in reasons]


def _of_run(dag: DagRecord, run: RunRecord) -> Iterator[tuple[str, str]]:
    if dag.is_paused and run.state not in {RunState.SUCCESS, RunState.FAILED}:
        yield "Dag Not Paused", f"The DAG {dag.dag.dag_id} is paused; unpause it and its tasks go on."
    if run.state is RunState.QUEUED:
        limit = f"max_active_runs is {dag.max_active_runs}"
        yield "Dagrun Running", f"The run is queued: it starts when the DAG has room ({limit})."
    elif run.state is not RunState.RUNNING:
        yield "Dagrun Running", f"The run has ended in state {run.state}; clear the task to run it again."


def _of_state(instance: TaskRecord) -> Iterator[tuple[str, str]]:
    state = instance.state
    why = f" {instance.reason}" if instance.reason else ""
    if state is None:
        return
    if state is TaskState.SCHEDULED:
        yield "Capacity", f"All it depends on is done; it waits for room in pool {instance.pool} and the limits.{why}"
    elif state is TaskState.QUEUED:
        yield "Executor", f"It was handed to the executor and waits for a worker to start it.{why}"
    elif state in {TaskState.UP_FOR_RETRY, TaskState.UP_FOR_RESCHEDULE}:
        due = instance.next_at.isoformat() if instance.next_at else "later"
        yield "Not In Retry Period", f"It is {state.replace('_', ' ')} and runs again at {due}.{why}"
    elif state in FINISHED:
        skipper = f" Task {instance.skipped_by} decided so." if instance.skipped_by else ""
        yield "Task Instance State", f"It has ended in state {state}; clear it to run it again.{skipper}{why}"
    else:
        yield "Task Instance State", f"It is {state}.{why}"


def _of_upstream(task: TaskSpec, upstream: list[TaskRecord]) -> Iterator[tuple[str, str]]:
    open_ones = [one for one in upstream if one.state not in FINISHED]
    if not upstream or (not open_ones and not task.depends_on_past):
        return
    if open_ones:
        names = ", ".join(
            f"{one.task_id}{f'[{one.map_index}]' if one.map_index >= 0 else ''} ({one.state or 'no state yet'})"
            for one in open_ones[:10]
        )
        more = f" and {len(open_ones) - 10} more" if len(open_ones) > 10 else ""
        yield "Trigger Rule", f"Its trigger rule {task.trigger_rule} waits for {names}{more}."
    if task.depends_on_past:
        yield "Previous Dagrun State", "It depends on its own success in the run before."
