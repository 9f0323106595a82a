"""Tasks of a DAG, from the spec of its newest version."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from tradewind.api.deps import Call, may
from tradewind.api.models.tasks import TaskCollectionResponse, TaskResponse
from tradewind.api.public.dag_shapes import params_out
from tradewind.api.shapes import delta_out
from tradewind.api.wire import listing, reply
from tradewind.base.errors import InvalidInput, NotFound
from tradewind.db import dags, versions
from tradewind.db.engine import Tx
from tradewind.spec import DagSpec, TaskSpec

router = APIRouter(tags=["Task"])

SORTABLE = ("task_id", "task_display_name", "owner", "start_date", "trigger_rule", "operator_name", "retries")


def task_spec_out(task: TaskSpec, downstream: list[str]) -> dict[str, object]:
    """`TaskResponse`."""
    module, _, name = task.operator_class.rpartition(".")
    return {
        "task_id": task.task_id,
        "task_display_name": task.display_name or task.task_id,
        "owner": task.owner,
        "start_date": task.start_date,
        "end_date": task.end_date,
        "trigger_rule": task.trigger_rule,
        "depends_on_past": task.depends_on_past,
        "wait_for_downstream": task.wait_for_downstream,
        "retries": task.retries,
        "queue": task.queue,
        "pool": task.pool,
        "pool_slots": task.pool_slots,
        "execution_timeout": delta_out(task.execution_timeout_s),
        "retry_delay": delta_out(task.retry_delay_s),
        "retry_exponential_backoff": task.retry_exponential_backoff,
        "priority_weight": task.base_priority_weight,
        "weight_rule": task.weight_rule,
        "ui_color": task.ui_color,
        "ui_fgcolor": task.ui_fgcolor,
        "template_fields": list(task.template_fields),
        "downstream_task_ids": downstream,
        "doc_md": task.doc_md,
        "operator_name": task.operator_name or task.task_type,
        "params": params_out(task.params),
        "class_ref": {"module_path": module or None, "class_name": name or task.task_type},
        "is_mapped": task.mapped is not None,
        "extra_links": list(task.extra_links),
    }


def _downstream(spec: DagSpec) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {task.task_id: [] for task in spec.tasks}
    for task in spec.tasks:
        for upstream in task.upstream:
            found[upstream].append(task.task_id)
    return {task_id: sorted(ids) for task_id, ids in found.items()}


def _spec(tx: Tx, call: Call, dag_id: str) -> DagSpec:
    dag = dags.get_dag(tx, call.dag(dag_id))
    if dag.version_id is None:
        raise NotFound(f"DAG {dag_id!r} has no version", dag_id=dag_id)
    return versions.spec_of_version(tx, call.services.specs, dag.version_id)


@router.get("/dags/{dag_id}/tasks", operation_id="get_tasks", response_model=TaskCollectionResponse)
async def get_tasks(
    dag_id: str,
    call: Annotated[Call, may("read", "task")],
    order_by: Annotated[str, Query()] = "task_id",
) -> Response:
    """All tasks of a DAG."""
    name = order_by.removeprefix("-")
    if name not in SORTABLE:
        raise InvalidInput(f"Ordering with {name!r} is disallowed; there are {', '.join(SORTABLE)}", name=name)
    spec = await call.read(lambda tx: _spec(tx, call, dag_id))
    below = _downstream(spec)
    found = [task_spec_out(task, below[task.task_id]) for task in spec.tasks]

    def key(task: dict[str, object]) -> tuple[bool, str]:
        value = task[name]
        text = value.isoformat() if isinstance(value, datetime) else f"{value:>20}" if isinstance(value, int) else value
        return value is None, str(text)

    found.sort(key=key, reverse=order_by.startswith("-"))
    return listing("tasks", found, len(found))


@router.get("/dags/{dag_id}/tasks/{task_id}", operation_id="get_task", response_model=TaskResponse)
async def get_task(dag_id: str, task_id: str, call: Annotated[Call, may("read", "task")]) -> Response:
    """One task."""
    spec = await call.read(lambda tx: _spec(tx, call, dag_id))
    for task in spec.tasks:
        if task.task_id == task_id:
            return reply(task_spec_out(task, _downstream(spec)[task_id]))
    raise NotFound(f"Task with id {task_id} was not found", dag_id=dag_id, task_id=task_id)
