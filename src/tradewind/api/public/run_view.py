"""The page of one run as one answer: the run, its tasks and tries, what failed first, what is due."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from statistics import median
from typing import Annotated

from fastapi import APIRouter
from starlette.responses import Response

from tradewind.api.deps import Call, may
from tradewind.api.models.run_views import RunViewResponse
from tradewind.api.public.deadlines import deadline_out
from tradewind.api.selection import spec_of_run
from tradewind.api.shapes import run_out
from tradewind.api.wire import reply
from tradewind.base.own_frame import failure_in
from tradewind.core.critical_path import critical_path
from tradewind.core.states import RUN_FINISHED
from tradewind.db import deadlines, run_view, runs
from tradewind.db.engine import Tx
from tradewind.db.listing import Page
from tradewind.db.run_view import FirstFailure, TaskSummary, TrySummary
from tradewind.db.runs import RunRecord
from tradewind.spec import DagSpec, TaskSpec

router = APIRouter(tags=["UI"])

DEADLINES = 20


@router.get("/ui/dags/{dag_id}/runs/{run_id}", operation_id="get_run_view", response_model=RunViewResponse)
async def get_run_view(dag_id: str, run_id: str, call: Annotated[Call, may("read", "dag_run")]) -> Response:
    """Everything that the page of a run shows."""
    call.check("read", "task_instance", dag_id)

    def find(tx: Tx) -> dict[str, object]:
        return _view(tx, call, runs.get_run(tx, call.workspace, dag_id, run_id))

    return reply(await call.read(find))


def _view(tx: Tx, call: Call, run: RunRecord) -> dict[str, object]:
    spec = None if run.version is None else spec_of_run(tx, call, run)
    by_task = _by_task(run_view.task_summaries(tx, run.uid))
    tries = defaultdict[str, list[TrySummary]](list)
    for one in run_view.try_summaries(tx, run.uid):
        tries[one.task_id].append(one)
    counts = _counts([one for some in by_task.values() for one in some])
    beside = run_view.neighbours(tx, call.workspace, run)
    usual = run_view.usual_durations(tx, call.workspace, run)
    due, _ = deadlines.list_deadlines(
        tx, call.dag(run.dag_id), Page(DEADLINES, order_by=("-deadline_time",)), run_id=run.run_id
    )
    return {
        "run": run_out(run),
        "version_number": run.version and run.version.number,
        "total": sum(counts.values()),
        "counts": counts,
        "tasks": tasks_out(spec, by_task, tries, has_ended=run.state in RUN_FINISHED),
        "groups": [
            {
                "group_id": one.group_id,
                "parent_id": one.parent_id,
                "label": one.display_name or one.group_id,
                "is_mapped": one.mapped is not None,
            }
            for one in (spec.groups if spec else ())
        ],
        "edge_labels": _edge_labels(spec),
        "failure": failure_out(run_view.first_failure(tx, run.uid)) if counts.get("failed") else None,
        "deadlines": [deadline_out(one) for one in due],
        "result_task_ids": [task.task_id for task in (spec.tasks if spec else ()) if task.returns_dag_result],
        "usual_duration": median(usual) if usual else None,
        "previous_run_id": beside.before,
        "next_run_id": beside.after,
    }


def tasks_out(
    spec: DagSpec | None,
    by_task: Mapping[str, Sequence[TaskSummary]],
    tries: Mapping[str, Sequence[TrySummary]],
    *,
    has_ended: bool,
) -> list[dict[str, object]]:
    """The tasks of a run as they are shown: those of the spec, then what the run has beside them.

    Args:
        has_ended: whether it can be said by now which tasks made the run as long as it was.
    """
    known = {task.task_id: task for task in (spec.tasks if spec else ())}
    names = [*known, *sorted(by_task.keys() - known.keys())]
    places = {name: place for place, name in enumerate(names)}
    ends = {name: end for name in names if (end := _end(by_task.get(name, ()))) is not None}
    upstream = {name: task.upstream for name, task in known.items()}
    on_path = set(critical_path(upstream, ends)) if has_ended else set[str]()
    return [
        _task(name, known.get(name), by_task.get(name, ()), tries.get(name, ()))
        | {
            "upstream": [places[one] for one in (known[name].upstream if name in known else ()) if one in places],
            "is_critical": name in on_path,
        }
        for name in names
    ]


def _task(
    name: str, task: TaskSpec | None, instances: Sequence[TaskSummary], tries: Sequence[TrySummary]
) -> dict[str, object]:
    return {
        "task_id": name,
        "label": (task and (task.display_name or task.label)) or name,
        "group_id": task and task.group_id,
        "kind": _kind(task),
        "operator": (task and (task.operator_name or task.task_type)) or "",
        "is_mapped": any(one.is_mapped for one in instances) or bool(task and task.mapped),
        "counts": _counts(instances),
        "try_number": max((one.try_number for one in instances), default=0),
        "queued_at": min((one.queued_at for one in instances if one.queued_at), default=None),
        "start_date": min((one.start_date for one in instances if one.start_date), default=None),
        "end_date": _end(instances),
        "tries": [[one.try_number, one.created_at, one.started_at, one.ended_at, one.outcome] for one in tries],
        "has_note": any(one.notes for one in instances),
    }


def _kind(task: TaskSpec | None) -> str:
    if task is not None and task.is_setup:
        return "setup"
    return "teardown" if task is not None and task.is_teardown else "task"


def _edge_labels(spec: DagSpec | None) -> list[tuple[int, int, str]]:
    """The words on edges; tasks of the spec stand first in the answer, in its order."""
    if spec is None:
        return []
    places = {task.task_id: place for place, task in enumerate(spec.tasks)}
    return [
        (places[one.upstream], places[one.downstream], one.label)
        for one in spec.edge_labels
        if one.upstream in places and one.downstream in places
    ]


def _by_task(found: Sequence[TaskSummary]) -> dict[str, list[TaskSummary]]:
    by_task = defaultdict[str, list[TaskSummary]](list)
    for one in found:
        by_task[one.task_id].append(one)
    return dict(by_task)


def _counts(found: Sequence[TaskSummary]) -> dict[str, int]:
    counts = defaultdict[str, int](int)
    for one in found:
        counts[one.state or "none"] += one.count
    return dict(counts)


def _end(instances: Sequence[TaskSummary]) -> datetime | None:
    """When the last instance ended; None as long as one that has begun goes on, or none has begun."""
    begun = [one for one in instances if one.start_date is not None]
    if any(one.end_date is None for one in begun):
        return None
    return max((one.end_date for one in begun if one.end_date is not None), default=None)


def failure_out(found: FirstFailure | None) -> dict[str, object] | None:
    """`FailureOut`."""
    if found is None:
        return None
    failure = failure_in(found.error or found.reason or "no reason was recorded")
    return {
        "task_id": found.task_id,
        "map_index": found.map_index,
        "try_number": found.try_number,
        "at": found.end_date,
        "kind": failure.kind,
        "message": failure.message,
        "file": failure.file,
        "line": failure.line,
        "function": failure.function,
        "code": failure.code,
    }
