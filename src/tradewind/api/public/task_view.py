"""The page of one task instance as one answer: the instance, its tries with what made them fail, what it handed on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query
from starlette.responses import Response

from tradewind.api.deps import Call, may
from tradewind.api.models.task_views import TaskViewResponse
from tradewind.api.public.hitl import detail_out
from tradewind.api.public.run_view import failure_out
from tradewind.api.public.task_instances import links_of_instance, shown
from tradewind.api.selection import spec_of_run
from tradewind.api.shapes import tasks_by_id, try_out
from tradewind.api.waits import waits_for
from tradewind.api.wire import reply
from tradewind.base.errors import NotFound
from tradewind.core.states import FINISHED
from tradewind.db import dags, inputs, runs, task_view, tasks
from tradewind.db.engine import Tx
from tradewind.db.run_view import FirstFailure
from tradewind.db.runs import RunRecord
from tradewind.db.tasks import AttemptRecord, TaskRecord
from tradewind.spec import DagSpec, TaskSpec

router = APIRouter(tags=["UI"])


@router.get(
    "/ui/dags/{dag_id}/runs/{run_id}/tasks/{task_id}", operation_id="get_task_view", response_model=TaskViewResponse
)
async def get_task_view(
    dag_id: str,
    run_id: str,
    task_id: str,
    call: Annotated[Call, may("read", "task_instance")],
    map_index: Annotated[int, Query(ge=-1)] = -1,
) -> Response:
    """Everything that the page of a task in a run shows; without a map index, of a mapped task only what all share."""
    sees_xcoms = call.actor.rights.decide("read", "xcom", dag_id).allowed

    def find(tx: Tx) -> dict[str, object]:
        run = runs.get_run(tx, call.workspace, dag_id, run_id)
        spec = None if run.version is None else spec_of_run(tx, call, run)
        task = tasks_by_id(spec).get(task_id) if spec is not None else None
        counts = task_view.state_counts(tx, run.uid, [task_id])[task_id]
        if task is None and not counts:
            raise NotFound(f"the run {run_id} of {dag_id} has no task {task_id}", task_id=task_id)
        is_mapped = sum(counts.values()) > 1 or bool(task and task.mapped)
        try:
            instance = tasks.get_task(tx, call.workspace, dag_id, run_id, task_id, map_index=map_index)
        except NotFound:
            if map_index >= 0:
                raise
            instance, is_mapped = None, bool(counts) or is_mapped
        return {
            "run_state": run.state,
            "run_type": run.run_type,
            "logical_date": run.logical_date,
            "label": (task and (task.display_name or task.label)) or task_id,
            "operator": (task and (task.operator_name or task.task_type)) or "",
            "doc_md": task and task.doc_md,
            "is_mapped": is_mapped or map_index >= 0,
            "counts": counts,
            "renderers": dict(task.template_fields_renderers) if task else {},
            **_around(tx, run, spec, task),
            **(_of_instance(tx, call, run, instance, spec, sees_xcoms) if instance else _NO_INSTANCE),
        }

    return reply(await call.read(find))


_NO_INSTANCE: dict[str, object] = {
    "instance": None, "tries": [], "xcoms": [], "dependencies": None, "links": {}, "hitl": None,
}  # fmt: skip


def _around(tx: Tx, run: RunRecord, spec: DagSpec | None, task: TaskSpec | None) -> dict[str, object]:
    """The tasks directly before and after."""
    before = list(task.upstream) if task else []
    after = [one.task_id for one in (spec.tasks if spec and task else ()) if task and task.task_id in one.upstream]
    counts = task_view.state_counts(tx, run.uid, [*before, *after])
    return {
        "upstream": [{"task_id": one, "counts": counts[one]} for one in before],
        "downstream": [{"task_id": one, "counts": counts[one]} for one in after],
    }


def _of_instance(
    tx: Tx, call: Call, run: RunRecord, instance: TaskRecord, spec: DagSpec | None, sees_xcoms: bool
) -> dict[str, object]:
    body = shown(tx, call, [instance])[0]
    waits: list[dict[str, str]] | None = None
    if instance.state not in FINISHED and spec is not None:
        waits = waits_for(tx, dags.get_dag(tx, call.dag(run.dag_id)), run, spec, instance)
    try:
        key = (run.dag_id, run.run_id), (instance.task_id, instance.map_index)
        hitl = detail_out(inputs.get_request(tx, call.workspace, *key), body)
    except NotFound:  # it asks nobody anything
        hitl = None
    heads = task_view.xcom_heads(tx, instance) if sees_xcoms else None
    return {
        "instance": body,
        "tries": tries_out(instance, tasks.tries_of(tx, instance)),
        "xcoms": None if heads is None else [_xcom(one) for one in heads],
        "dependencies": None if waits is None else {"dependencies": waits},
        "links": links_of_instance(tx, instance, spec.tasks if spec else ()),
        "hitl": hitl,
    }


def tries_out(instance: TaskRecord, attempts: Sequence[AttemptRecord]) -> list[dict[str, object]]:
    """The tries of an instance, oldest first."""
    by_number: dict[int, list[AttemptRecord]] = {}
    for one in attempts:
        by_number.setdefault(one.try_number, []).append(one)
    return [_try(instance, some) for some in by_number.values()]


def _try(instance: TaskRecord, attempts: Sequence[AttemptRecord]) -> dict[str, object]:
    first, last = attempts[0], attempts[-1]
    state = try_out(instance, last, None)["state"]
    failure: dict[str, object] | None = None
    if last.error or state in {"failed", "up_for_retry"}:
        told = FirstFailure(
            instance.task_id, instance.map_index, last.try_number, last.ended_at, last.reason, last.error
        )
        failure = failure_out(told)
    return {
        "try_number": last.try_number,
        "state": state,
        "attempts": len(attempts),
        "queued_at": first.created_at,
        "start_date": next((one.started_at for one in attempts if one.started_at), None),
        "end_date": last.ended_at,
        "hostname": last.hostname,
        "pid": last.pid,
        "executor": last.executor,
        "version_number": last.version and last.version.number,
        "reason": last.reason,
        "failure": failure,
    }


def _xcom(head: task_view.XComHead) -> dict[str, object]:
    return {
        "key": head.key,
        "kind": head.kind,
        "length": head.length,
        "timestamp": head.timestamp,
        "is_here": head.value is not None,
        "value": None if head.value is None else msgspec.json.decode(head.value),
    }
