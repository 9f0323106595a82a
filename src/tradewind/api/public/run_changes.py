"""What people do to several runs, or to all tasks of one: bulk changes, clear; and waiting for a run to end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response, StreamingResponse

from tradewind.api.bulk import Verbs, run_bulk
from tradewind.api.deps import Audit, Call, masked, may
from tradewind.api.external import instances_in, with_dependents
from tradewind.api.models.bulk import BulkBody, BulkResponse
from tradewind.api.models.runs import (
    BulkDAGRunBody,
    BulkDAGRunClearBody,
    DAGRunClearBody,
    DAGRunCollectionResponse,
    DAGRunResponse,
)
from tradewind.api.models.tasks import BulkTaskInstanceBody, ClearTaskInstanceCollectionResponse
from tradewind.api.public.dag_runs import run_changes
from tradewind.api.public.partitions import meant_by
from tradewind.api.public.results import result_tasks, returned
from tradewind.api.public.task_changes import Target, change_events, check_deletable, plan_change
from tradewind.api.public.task_instances import INSTANCES, shown
from tradewind.api.runs import Clearing, clear_events, clear_runs, delete_event
from tradewind.api.selection import spec_of_run
from tradewind.api.shapes import run_out
from tradewind.api.stream.feed import heard
from tradewind.api.wire import encode, reply
from tradewind.base.errors import InvalidInput, NotFound
from tradewind.base.policy import Action
from tradewind.core.events import Event
from tradewind.core.states import RUN_FINISHED
from tradewind.db import dags, runs, tasks, versions, xcoms
from tradewind.db.engine import Tx
from tradewind.db.runs import RunRecord
from tradewind.worker.xcom import open_artifacts

router = APIRouter(tags=["DagRun"])

RunEditor = Annotated[Call, may("edit", "dag_run")]
RunChanger = Annotated[Call, may("edit", "dag_run", "delete", "create")]


# -- clear -----------------------------------------------------------------------------------------------------------


def _clearing(tx: Tx, call: Call, dag_id: str, run_ids: Sequence[str], body: DAGRunClearBody) -> Clearing:
    found = [runs.get_run(tx, call.workspace, dag_id, run_id) for run_id in run_ids]
    version_id = dags.get_dag(tx, call.dag(dag_id)).version_id if body.run_on_latest_version or body.only_new else None
    what = clear_runs(tx, found, only_failed=body.only_failed, version_id=version_id)
    return Clearing(what.runs, (), frozenset(), version_id) if body.only_new else what


def _new_tasks(tx: Tx, call: Call, what: Clearing) -> list[dict[str, object]]:
    """Tasks of the version to move to that the runs' own versions have not."""
    if what.version_id is None:
        return []
    newest = versions.spec_of_version(tx, call.services.specs, what.version_id)
    known = {task.task_id for run in what.runs for task in spec_of_run(tx, call, run).tasks}
    return [
        {"task_id": task.task_id, "task_display_name": task.display_name or task.task_id}
        for task in newest.tasks
        if task.task_id not in known
    ]


RunKey = tuple[str, str]
Picking = Callable[[Tx], Sequence[RunKey]]
"""Finds the runs that a request means, as DAG and run id."""


async def _clear(
    call: Call, pick: Picking, body: DAGRunClearBody, event: str, where: RunKey | tuple[str, None]
) -> tuple[list[RunRecord], int] | Response:
    """The cleared runs and the status to answer with; of a dry run the list of instances."""
    if body.only_new and body.only_failed:
        raise InvalidInput("only_new and only_failed exclude each other")

    def plans(tx: Tx, keys: Sequence[RunKey]) -> Iterator[list[Clearing]]:
        by_dag: dict[str, list[str]] = {}
        for dag_id, run_id in dict.fromkeys(keys):
            by_dag.setdefault(dag_id, []).append(run_id)
        for dag_id, run_ids in by_dag.items():
            yield with_dependents(tx, call, _clearing(tx, call, dag_id, run_ids, body))

    if body.dry_run:

        def preview(tx: Tx) -> list[dict[str, object]]:
            items: list[dict[str, object]] = []
            for plan in plans(tx, pick(tx)):
                items += shown(tx, call, instances_in(plan)) + (_new_tasks(tx, call, plan[0]) if body.only_new else [])
            return items

        items = await call.read(preview)
        return reply({"task_instances": items, "total_entries": len(items)})

    def clear(tx: Tx) -> tuple[Sequence[RunKey], list[Event]]:
        keys, events = pick(tx), list[Event]()
        for what, *others in plans(tx, keys):
            for run in what.runs:
                if "note" in body.model_fields_set:
                    runs.set_note(tx, run.uid, body.note, call.actor.username, call.now)
            events += clear_events(what, even_empty=body.only_new)
            events += [event for one in others for event in clear_events(one)]
        return keys, events

    audit = Audit(event=event, dag_id=where[0], run_id=where[1], extra=body.model_dump(exclude_unset=True))
    keys, is_done = await call.act(audit, clear)
    found = await call.read(lambda tx: [runs.get_run(tx, call.workspace, *key) for key in dict.fromkeys(keys)])
    return found, 200 if is_done else 202


@router.post(
    "/dags/{dag_id}/dagRuns/{dag_run_id}/clear",
    operation_id="clear_dag_run",
    response_model=ClearTaskInstanceCollectionResponse | DAGRunResponse,
)
async def clear_dag_run(dag_id: str, dag_run_id: str, body: DAGRunClearBody, call: RunEditor) -> Response:
    """Run a run again; a dry run (the default) lists what would run."""
    where = (dag_id, dag_run_id)
    done = await _clear(call, lambda _: [where], body, "clear_dag_run", where)
    return done if isinstance(done, Response) else reply(run_out(done[0][0]), done[1])


@router.post(
    "/dags/{dag_id}/clearDagRuns",
    operation_id="clear_dag_runs",
    response_model=ClearTaskInstanceCollectionResponse | DAGRunCollectionResponse,
)
async def clear_dag_runs(dag_id: str, body: BulkDAGRunClearBody, call: RunEditor) -> Response:
    """Run several runs again, named or picked by partition; a dry run (the default) lists what would run."""

    def pick(tx: Tx) -> Sequence[RunKey]:
        if body.dag_runs:
            return [(_dag_of(dag_id, one), one.dag_run_id) for one in body.dag_runs]
        if dag_id == "~":
            raise InvalidInput("runs are picked by partition in one DAG: the path must name it instead of `~`")
        return [(run.dag_id, run.run_id) for run in meant_by(tx, call, dag_id, body)]

    done = await _clear(call, pick, body, "clear_dag_runs", (dag_id, None))
    if isinstance(done, Response):
        return done
    return reply({"dag_runs": [run_out(run) for run in done[0]], "total_entries": len(done[0])}, done[1])


def _dag_of(path: str, entity: BulkDAGRunBody) -> str:
    """The DAG of a run that a body names.

    Raises:
        InvalidInput: path and body name different ones, or neither names one.
    """
    if path == "~" and entity.dag_id in {None, "", "~"}:
        raise InvalidInput(f"the path names no DAG (`~`), so {entity.dag_run_id!r} must have a dag_id")
    if path != "~" and entity.dag_id not in {None, path}:
        raise InvalidInput(f"dag_runs names a run of {entity.dag_id!r}, but the path names {path!r}")
    return path if entity.dag_id is None or path != "~" else entity.dag_id


# -- bulk ------------------------------------------------------------------------------------------------------------


@router.patch("/dags/{dag_id}/dagRuns", operation_id="bulk_dag_runs", response_model=BulkResponse)
async def bulk_dag_runs(dag_id: str, body: BulkBody[BulkDAGRunBody], call: RunChanger) -> Response:
    """Mark, note or delete several runs; `~` takes each entity's own dag_id. Runs are created by triggering them."""

    def change(tx: Tx) -> tuple[dict[str, object], list[Event]]:
        events: list[Event] = []

        def find(entity: str | BulkDAGRunBody) -> RunRecord:
            run_id = entity if isinstance(entity, str) else entity.dag_run_id
            return runs.get_run(tx, call.workspace, _dag_id(dag_id, entity), run_id)

        def update(entity: BulkDAGRunBody, mask: Sequence[str] | None) -> None:
            given = entity.model_dump(exclude_unset=True, include={"state", "note"})
            events.extend(run_changes(tx, call, find(entity), masked(("state", "note"), given, mask)))

        def delete(entity: str | BulkDAGRunBody) -> None:
            events.append(delete_event(find(entity)))

        def check(action: Action, entity: str | BulkDAGRunBody) -> None:
            call.check(action, "dag_run", _dag_id(dag_id, entity))

        verbs: Verbs[BulkDAGRunBody] = Verbs(check, lambda one: one.dag_run_id, _no_creation, update, delete)
        return run_bulk(body, verbs), events

    answer, _ = await call.act(Audit(event="bulk_dag_runs", dag_id=dag_id, extra=body.model_dump()), change)
    return reply(answer)


@router.patch(INSTANCES, operation_id="bulk_task_instances", response_model=BulkResponse, tags=["Task Instance"])
async def bulk_task_instances(
    dag_id: str,
    dag_run_id: str,
    body: BulkBody[BulkTaskInstanceBody],
    call: Annotated[Call, may("edit", "task_instance", "delete", "create")],
) -> Response:
    """Mark, note or delete several task instances; `~` takes each entity's own dag_id and dag_run_id."""

    def change(tx: Tx) -> tuple[dict[str, object], list[Event]]:
        events: list[Event] = []

        def target(entity: BulkTaskInstanceBody) -> Target:
            run_id = entity.dag_run_id if dag_run_id == "~" else dag_run_id
            if run_id is None:
                raise InvalidInput("the path names no run (`~`), so each entity must have a dag_run_id")
            return Target(_dag_id(dag_id, entity), run_id, entity.task_id, entity.map_index)

        def update(entity: BulkTaskInstanceBody, mask: Sequence[str] | None) -> None:
            given = entity.model_dump(exclude_unset=True, include={"new_state", "note"})
            fields = masked(("new_state", "note"), given, mask)
            planned = plan_change(tx, call, target(entity), entity, fields)
            if "note" in fields:
                tasks.set_notes(tx, planned.noted, entity.note, call.actor.username, call.now)
            events.extend(change_events(planned, entity.new_state if "new_state" in fields else None))

        def delete(entity: str | BulkTaskInstanceBody) -> None:
            one = entity if isinstance(entity, BulkTaskInstanceBody) else BulkTaskInstanceBody(task_id=entity)
            where = target(one)
            index = -1 if where.map_index is None else where.map_index
            found = tasks.get_task(tx, call.workspace, where.dag_id, where.run_id, where.task_id, map_index=index)
            tasks.delete_task(tx, check_deletable(found))

        def check(action: Action, entity: str | BulkTaskInstanceBody) -> None:
            call.check(action, "task_instance", _dag_id(dag_id, entity))

        verbs: Verbs[BulkTaskInstanceBody] = Verbs(check, _task_name, _no_creation, update, delete)
        return run_bulk(body, verbs), events

    audit = Audit(event="bulk_task_instances", dag_id=dag_id, run_id=dag_run_id, extra=body.model_dump())
    answer, _ = await call.act(audit, change)
    return reply(answer)


def _task_name(entity: BulkTaskInstanceBody) -> str:
    return entity.task_id if entity.map_index is None else f"{entity.task_id}[{entity.map_index}]"


def _dag_id(path: str, entity: object) -> str:
    """The DAG that an entity is about."""
    named = getattr(entity, "dag_id", None)
    if path != "~":
        return path
    if named is None:
        raise InvalidInput("the path names no DAG (`~`), so each entity must have a dag_id")
    return named


def _no_creation(entity: object) -> None:
    raise InvalidInput(
        "runs come to be by POST dagRuns, and their task instances with them; create is not possible here"
    )


# -- wait ------------------------------------------------------------------------------------------------------------


@router.get(
    "/dags/{dag_id}/dagRuns/{dag_run_id}/wait",
    operation_id="wait_dag_run_until_finished",
    response_model=None,
    responses={200: {"content": {"application/x-ndjson": {"schema": {"type": "string"}}}}},
)
async def wait_dag_run_until_finished(
    dag_id: str,
    dag_run_id: str,
    call: Annotated[Call, may("read", "dag_run")],
    interval: Annotated[float, Query(gt=0)],
    result: Annotated[list[str] | None, Query()] = None,
) -> Response:
    """One line of JSON with the run's state each `interval` seconds, the last one at once when the run has ended.

    The last line holds what the tasks named in `result` returned; where none is named, the DAG's own result tasks.
    """
    if result:
        call.check("read", "xcom", dag_id)
    run = await call.read(lambda tx: runs.get_run(tx, call.workspace, dag_id, dag_run_id))
    return StreamingResponse(_lines(call, run, interval, result or []), media_type="application/x-ndjson")


async def _lines(call: Call, run: RunRecord, interval: float, wanted: list[str]) -> AsyncGenerator[bytes]:
    key = (run.dag_id, run.run_id)
    async with call.desk.feed.watching(call.workspace, *key) as news:
        while not call.desk.feed.is_over:
            try:
                run = await call.read(lambda tx: runs.get_run(tx, call.workspace, *key))
            except NotFound:
                return
            if run.state in RUN_FINISHED:
                break
            yield encode({"state": run.state, "duration": run.duration}) + b"\n"
            until = asyncio.get_running_loop().time() + interval
            while not (await heard(news, until) and await _has_ended(call, key)):
                if asyncio.get_running_loop().time() >= until or call.desk.feed.is_over:
                    break
    if run.state not in RUN_FINISHED:
        return
    line: dict[str, Any] = {"state": run.state, "duration": run.duration}
    named = wanted or await call.read(lambda tx: result_tasks(tx, call, run))
    if named:
        found = await call.read(lambda tx: xcoms.results_of(tx, run.uid, named))
        store = open_artifacts(call.services.settings.artifact_url)
        line["results"] = {task_id: returned(found.get(task_id, []), store) for task_id in named}
    yield encode(line) + b"\n"


async def _has_ended(call: Call, key: tuple[str, str]) -> bool:
    """Whether there is something to say before the interval is over: the run has ended, or is gone."""
    try:
        run = await call.read(lambda tx: runs.get_run(tx, call.workspace, *key))
    except NotFound:
        return True
    return run.state in RUN_FINISHED
