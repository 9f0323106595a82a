"""What people do to task instances: mark, note, clear, delete; with a dry run of each that shows what would change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from tradewind.api.deps import Audit, Call, masked, may
from tradewind.api.external import instances_in, with_dependents
from tradewind.api.models.tasks import (
    ClearTaskInstancesBody,
    PatchTaskInstanceBody,
    TaskInstanceCollectionResponse,
)
from tradewind.api.public.task_instances import INSTANCE, RUN, group_members, shown
from tradewind.api.runs import Clearing, clear_events, clearing, selected
from tradewind.api.selection import Relatives, instances_of, runs_around, spec_of_run
from tradewind.api.wire import reply
from tradewind.base.errors import Conflict, InvalidInput, NotFound
from tradewind.core.events import Event, TaskRef, TasksMarked
from tradewind.core.selection import in_lines
from tradewind.core.states import FINISHED, TaskState
from tradewind.db import dags, runs, tasks, versions
from tradewind.db.engine import Tx
from tradewind.db.runs import RunRecord
from tradewind.db.tasks import TaskRecord
from tradewind.spec import DagSpec

router = APIRouter(tags=["Task Instance"])

Editor = Annotated[Call, may("edit", "task_instance")]
Mask = Annotated[list[str] | None, Query()]


@dataclass(frozen=True, slots=True)
class Target:
    """What a PATCH is about: a task or a group of a run, all map indexes or one."""

    dag_id: str
    run_id: str
    task_id: str = ""
    map_index: int | None = None
    group_id: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What a PATCH would do."""

    runs: Sequence[RunRecord]
    instances: Sequence[TaskRecord]
    """Those whose state changes; where only a note is written, those that get it."""
    noted: Sequence[TaskRecord]


def plan_change(tx: Tx, call: Call, target: Target, body: PatchTaskInstanceBody, fields: dict[str, Any]) -> Change:
    """Which instances a PATCH changes.

    Raises:
        NotFound: no such run, task, group or instance.
        InvalidInput: nothing to change, or past and future of a run without a logical date.
        Conflict: all of them are in that state already.
    """
    if not fields:
        raise InvalidInput("give new_state or note; there is nothing to change")
    run = runs.get_run(tx, call.workspace, target.dag_id, target.run_id)
    spec = spec_of_run(tx, call, run)
    wanted: list[tuple[str, int | None]] = [(task_id, target.map_index) for task_id in _named(spec, target)]
    noted = instances_of(tx, [run], spec, wanted, Relatives())
    if not noted:
        index = -1 if target.map_index is None else target.map_index
        tasks.get_task(tx, call.workspace, target.dag_id, target.run_id, target.task_id, map_index=index)
    state = fields.get("new_state")
    if state is None:
        return Change([run], noted, noted)
    relatives = Relatives(body.include_upstream, body.include_downstream, body.include_past, body.include_future)
    found = runs_around(tx, call, run, relatives)
    instances = [one for one in instances_of(tx, found, spec, wanted, relatives) if one.state != state]
    if not instances:
        what = f"Task group {target.group_id}" if target.group_id else f"Task id {target.task_id}"
        raise Conflict(f"{what} is already in {state} state", state=state)
    return Change(found, instances, noted)


def _named(spec: DagSpec, target: Target) -> list[str]:
    if not target.group_id:
        return [target.task_id]
    groups = {group.group_id: group.parent_id for group in spec.groups}
    if target.group_id not in groups:
        raise NotFound(f"Task group {target.group_id} not found in DAG {spec.dag_id}", group_id=target.group_id)
    return group_members(groups, {task.task_id: task.group_id for task in spec.tasks}, target.group_id)


def change_events(change: Change, state: str | None) -> list[Event]:
    """One `TasksMarked` for each run that has instances to mark."""
    if state is None:
        return []
    return [
        TasksMarked(run.uid, tuple(refs), TaskState(state))
        for run in change.runs
        if (refs := [TaskRef(one.task_id, one.map_index) for one in change.instances if one.run_uid == run.uid])
    ]


def again(tx: Tx, call: Call, instances: Sequence[TaskRecord]) -> list[dict[str, object]]:
    """The instances as they are now; those that are gone are left out."""
    keys = {(one.run_uid, one.task_id, one.map_index) for one in instances}
    uids = sorted({one.run_uid for one in instances})
    rows = tasks.tasks_of(tx, uids, sorted({one.task_id for one in instances}))
    return shown(tx, call, [row for row in rows if (row.run_uid, row.task_id, row.map_index) in keys])


def _collection(items: list[dict[str, object]], status: int = 200) -> Response:
    return reply({"task_instances": items, "total_entries": len(items)}, status)


async def _patch(
    call: Call, target: Target, body: PatchTaskInstanceBody, mask: list[str] | None, event: str
) -> Response:
    fields = _fields(body, mask)

    def change(tx: Tx) -> tuple[Change, list[Event]]:
        planned = plan_change(tx, call, target, body, fields)
        if "note" in fields:
            tasks.set_notes(tx, planned.noted, fields["note"], call.actor.username, call.now)
        return planned, change_events(planned, fields.get("new_state"))

    audit = Audit(
        event=event,
        dag_id=target.dag_id,
        run_id=target.run_id,
        task_id=target.task_id or target.group_id,
        map_index=target.map_index,
        extra=body.model_dump(exclude_unset=True),
    )
    planned, is_done = await call.act(audit, change)
    return _collection(await call.read(lambda tx: again(tx, call, planned.instances)), 200 if is_done else 202)


async def _dry_run(call: Call, target: Target, body: PatchTaskInstanceBody, mask: list[str] | None) -> Response:
    def plan(tx: Tx) -> list[dict[str, object]]:
        return shown(tx, call, plan_change(tx, call, target, body, _fields(body, mask)).instances)

    return _collection(await call.read(plan))


def _fields(body: PatchTaskInstanceBody, mask: list[str] | None) -> dict[str, Any]:
    given = body.model_dump(exclude_unset=True, include={"new_state", "note"})
    return masked(("new_state", "note"), given, mask)


@router.patch(INSTANCE, operation_id="patch_task_instance", response_model=TaskInstanceCollectionResponse)
async def patch_task_instance(
    dag_id: str,
    dag_run_id: str,
    task_id: str,
    body: PatchTaskInstanceBody,
    call: Editor,
    map_index: int | None = None,
    update_mask: Mask = None,
) -> Response:
    """Say how instances of a task ended, or write a note; without a map index all of its instances."""
    target = Target(dag_id, dag_run_id, task_id, map_index)
    return await _patch(call, target, body, update_mask, "patch_task_instance")


@router.patch(
    INSTANCE + "/dry_run", operation_id="patch_task_instance_dry_run", response_model=TaskInstanceCollectionResponse
)
async def patch_task_instance_dry_run(
    dag_id: str,
    dag_run_id: str,
    task_id: str,
    body: PatchTaskInstanceBody,
    call: Editor,
    map_index: int | None = None,
    update_mask: Mask = None,
) -> Response:
    """Which instances the same PATCH would change."""
    return await _dry_run(call, Target(dag_id, dag_run_id, task_id, map_index), body, update_mask)


@router.patch(
    INSTANCE + "/{map_index}",
    operation_id="patch_task_instance_by_map_index",
    response_model=TaskInstanceCollectionResponse,
)
async def patch_task_instance_by_map_index(
    dag_id: str,
    dag_run_id: str,
    task_id: str,
    map_index: int,
    body: PatchTaskInstanceBody,
    call: Editor,
    update_mask: Mask = None,
) -> Response:
    """Say how one mapped instance ended, or write a note."""
    target = Target(dag_id, dag_run_id, task_id, map_index)
    return await _patch(call, target, body, update_mask, "patch_task_instance")


@router.patch(
    INSTANCE + "/{map_index}/dry_run",
    operation_id="patch_task_instance_dry_run_by_map_index",
    response_model=TaskInstanceCollectionResponse,
)
async def patch_task_instance_dry_run_by_map_index(
    dag_id: str,
    dag_run_id: str,
    task_id: str,
    map_index: int,
    body: PatchTaskInstanceBody,
    call: Editor,
    update_mask: Mask = None,
) -> Response:
    """Which instances the same PATCH would change."""
    return await _dry_run(call, Target(dag_id, dag_run_id, task_id, map_index), body, update_mask)


@router.patch(
    RUN + "/taskGroupInstances/{group_id}",
    operation_id="patch_task_group_instances",
    response_model=TaskInstanceCollectionResponse,
)
async def patch_task_group_instances(
    dag_id: str,
    dag_run_id: str,
    group_id: str,
    body: PatchTaskInstanceBody,
    call: Editor,
    update_mask: Mask = None,
) -> Response:
    """Say how all instances of a task group ended, or write a note on them."""
    target = Target(dag_id, dag_run_id, group_id=group_id)
    return await _patch(call, target, body, update_mask, "patch_task_group_instances")


@router.patch(
    RUN + "/taskGroupInstances/{group_id}/dry_run",
    operation_id="patch_task_group_instances_dry_run",
    response_model=TaskInstanceCollectionResponse,
)
async def patch_task_group_instances_dry_run(
    dag_id: str, dag_run_id: str, group_id: str, body: PatchTaskInstanceBody, call: Editor
) -> Response:
    """Which instances the same PATCH would change."""
    return await _dry_run(call, Target(dag_id, dag_run_id, group_id=group_id), body, None)


def check_deletable(instance: TaskRecord) -> TaskRecord:
    """Raises:
    Conflict: the scheduler still has plans for it.
    """
    if instance.state not in FINISHED:
        raise Conflict(
            f"Task {instance.task_id} is in state {instance.state or 'none'}; only an instance that has ended can be "
            "deleted. Mark it first.",
            task_id=instance.task_id,
        )
    return instance


@router.delete(INSTANCE, operation_id="delete_task_instance", response_model=None)
async def delete_task_instance(
    dag_id: str,
    dag_run_id: str,
    task_id: str,
    call: Annotated[Call, may("delete", "task_instance")],
    map_index: int = -1,
) -> Response:
    """Forget an instance that has ended, with its history and XComs."""

    def delete(tx: Tx) -> None:
        found = tasks.get_task(tx, call.workspace, dag_id, dag_run_id, task_id, map_index=map_index)
        tasks.delete_task(tx, check_deletable(found))

    audit = Audit(event="delete_task_instance", dag_id=dag_id, run_id=dag_run_id, task_id=task_id, map_index=map_index)
    await call.write(audit, delete)
    return reply(None)


@router.post(
    "/dags/{dag_id}/clearTaskInstances",
    operation_id="post_clear_task_instances",
    response_model=TaskInstanceCollectionResponse,
)
async def post_clear_task_instances(dag_id: str, body: ClearTaskInstancesBody, call: Editor) -> Response:
    """Run instances again; a dry run (the default) only lists them.

    Where an ExternalTaskMarker is among them, so is the task of the other DAG that it stands for. Their runs are always reopened: an instance of a run that stays closed would never run.
    """
    if body.dry_run:

        def preview(tx: Tx) -> list[dict[str, object]]:
            return shown(tx, call, instances_in(with_dependents(tx, call, _to_clear(tx, call, dag_id, body))))

        return _collection(await call.read(preview))

    def clear(tx: Tx) -> tuple[list[TaskRecord], list[Event]]:
        what = with_dependents(tx, call, _to_clear(tx, call, dag_id, body))
        if "note" in body.model_fields_set:
            tasks.set_notes(tx, what[0].instances, body.note, call.actor.username, call.now)
        return instances_in(what), [event for one in what for event in clear_events(one)]

    extra = body.model_dump(exclude_unset=True)
    audit = Audit(event="post_clear_task_instances", dag_id=dag_id, run_id=body.dag_run_id, extra=extra)
    cleared, is_done = await call.act(audit, clear)
    return _collection(await call.read(lambda tx: again(tx, call, cleared)), 200 if is_done else 202)


def _to_clear(tx: Tx, call: Call, dag_id: str, body: ClearTaskInstancesBody) -> Clearing:
    dag = dags.get_dag(tx, call.dag(dag_id))
    relatives = Relatives(body.include_upstream, body.include_downstream, body.include_past, body.include_future)
    if body.dag_run_id is not None:
        run = runs.get_run(tx, call.workspace, dag_id, body.dag_run_id)
        found = runs_around(tx, call, run, relatives)
        spec = spec_of_run(tx, call, run)
    elif dag.version_id is None:
        raise NotFound(f"DAG {dag_id!r} has no version", dag_id=dag_id)
    else:
        start, end = (None if relatives.past else body.start_date), (None if relatives.future else body.end_date)
        found = runs.runs_between(tx, call.workspace, dag_id, start, end)
        spec = versions.spec_of_version(tx, call.services.specs, dag.version_id)
    wanted: list[tuple[str, int | None]] = [(task.task_id, None) for task in spec.tasks]
    if body.task_ids is not None:
        wanted = [(one, None) if isinstance(one, str) else one for one in body.task_ids]
    meant = instances_of(tx, found, spec, wanted, relatives, to_run=True)
    instances = selected(meant, only_failed=body.only_failed, only_running=body.only_running)
    running = [one for one in instances if one.state is TaskState.RUNNING]
    if body.prevent_running_task and running:
        raise Conflict(
            f"Task {running[0].task_id} of run {running[0].run_id} is running, and prevent_running_task forbids to clear it",
            task_id=running[0].task_id,
        )
    version_id = dag.version_id if body.run_on_latest_version else None
    partly = {task_id for task_id, index in wanted if index is not None}
    if partly:  # what goes on item by item, or round by round, is taken in part with what it follows
        partly |= in_lines(spec)
    return clearing(found, meant, instances, partly, version_id)
