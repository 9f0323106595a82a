"""Task instances: lists, one instance, its tries, what it waits for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from tradewind.api.deps import Call, may
from tradewind.api.models.base import around, page_of
from tradewind.api.models.tasks import (
    ExtraLinkCollectionResponse,
    MappedQuery,
    TaskDependencyCollectionResponse,
    TaskInstanceCollectionResponse,
    TaskInstanceHistoryCollectionResponse,
    TaskInstanceHistoryResponse,
    TaskInstanceQuery,
    TaskInstanceResponse,
    TaskInstancesBatchBody,
)
from tradewind.api.selection import check_tasks, spec_of_run
from tradewind.api.shapes import task_out, tasks_by_id, try_out
from tradewind.api.waits import waits_for
from tradewind.api.wire import listing, reply
from tradewind.base.errors import InvalidInput, NotFound
from tradewind.core.states import TaskState
from tradewind.db import dags, runs, task_lists, tasks, versions, xcoms
from tradewind.db.engine import Tx
from tradewind.db.keyset import Found
from tradewind.db.task_lists import TaskFilter
from tradewind.db.tasks import TaskRecord
from tradewind.db.waits import open_triggers
from tradewind.spec import DagSpec, TaskSpec

router = APIRouter(tags=["Task Instance"])

RUN = "/dags/{dag_id}/dagRuns/{dag_run_id}"
INSTANCES = RUN + "/taskInstances"
INSTANCE = INSTANCES + "/{task_id}"

Reader = Annotated[Call, may("read", "task_instance")]


def shown(tx: Tx, call: Call, found: Sequence[TaskRecord]) -> list[dict[str, object]]:
    """The instances as they are shown, with names that only the spec knows."""
    specs = call.services.specs.of(tx, {one.version.spec_hash for one in found if one.version is not None})
    by_hash = {key: tasks_by_id(spec) for key, spec in specs.items()}
    nothing: dict[str, TaskSpec] = {}
    deferred = [one.attempt for one in found if one.state is TaskState.DEFERRED and one.attempt is not None]
    triggers = open_triggers(tx, deferred) if deferred else {}
    return [
        task_out(
            one,
            (by_hash.get(one.version.spec_hash, nothing) if one.version else nothing).get(one.task_id),
            triggers.get(one.attempt or ""),
        )
        for one in found
    ]


def _filters(query: MappedQuery) -> dict[str, Any]:
    """The filters that all lists of instances have."""
    return {
        "states": query.state,
        "pools": query.pool,
        "queues": query.queue,
        "executors": query.executor,
        "operators": query.operator,
        "version_numbers": query.version_number,
        "try_numbers": query.try_number,
        "map_indexes": query.map_index,
        "run_after": query.run_after(),
        "logical_date": query.logical_date(),
        "start_date": query.start_date(),
        "end_date": query.end_date(),
        "updated_at": query.updated_at(),
        "duration": query.duration(),
        "pool_pattern": query.pool_name_pattern,
        "pool_prefix": query.pool_name_prefix_pattern,
        "queue_pattern": query.queue_name_pattern,
        "queue_prefix": query.queue_name_prefix_pattern,
        "operator_pattern": query.operator_name_pattern,
        "operator_prefix": query.operator_name_prefix_pattern,
        "map_name_pattern": query.rendered_map_index_pattern,
        "map_name_prefix": query.rendered_map_index_prefix_pattern,
    }


@router.get(INSTANCES, operation_id="get_task_instances", response_model=TaskInstanceCollectionResponse)
async def get_task_instances(
    dag_id: str, dag_run_id: str, query: Annotated[TaskInstanceQuery, Query()], call: Reader
) -> Response:
    """Instances of a run; `~` as DAG or run means all of them."""
    page = query.page(call.services.settings.api)

    def find(tx: Tx) -> tuple[list[dict[str, object]], Found]:
        task_ids = [query.task_id] if query.task_id is not None else []
        run_uids: list[str] = []
        if dag_id != "~" and dag_run_id != "~":
            run = runs.get_run(tx, call.workspace, dag_id, dag_run_id)
            run_uids = [run.uid]
            if query.task_group_id is not None:
                task_ids = _members(spec_of_run(tx, call, run), query.task_group_id, task_ids)
        elif dag_id != "~":
            dag = dags.get_dag(tx, call.dag(dag_id))
            if query.task_group_id is not None and dag.version_id is not None:
                spec = versions.spec_of_version(tx, call.services.specs, dag.version_id)
                task_ids = _members(spec, query.task_group_id, task_ids)
        elif query.task_group_id is not None:
            raise InvalidInput("task_group_id needs a DAG in the path, not `~`")
        wanted = TaskFilter(
            dag_ids=() if dag_id == "~" or run_uids else (dag_id,),
            run_ids=() if dag_run_id == "~" or run_uids else (dag_run_id,),
            run_uids=run_uids,
            task_ids=task_ids,
            task_id_pattern=query.task_display_name_pattern,
            task_id_prefix=query.task_display_name_prefix_pattern,
            dag_id_pattern=query.dag_id_pattern,
            dag_id_prefix=query.dag_id_prefix_pattern,
            run_id_pattern=query.run_id_pattern,
            run_id_prefix=query.run_id_prefix_pattern,
            **_filters(query),
        )
        records, found = task_lists.list_tasks(tx, call.workspace, wanted, page)
        return shown(tx, call, records), found

    instances, found = await call.read(find)
    return reply({"task_instances": instances, **around(found)})


def group_members(spec_groups: dict[str, str | None], tasks_in: dict[str, str | None], group_id: str) -> list[str]:
    """Ids of the tasks in a group and in the groups inside it."""

    def is_inside(group: str | None) -> bool:
        while group is not None:
            if group == group_id:
                return True
            group = spec_groups.get(group)
        return False

    return [task_id for task_id, group in tasks_in.items() if is_inside(group)]


def _members(spec: DagSpec, group_id: str, task_ids: list[str]) -> list[str]:
    groups = {group.group_id: group.parent_id for group in spec.groups}
    if group_id not in groups:
        raise NotFound(f"Task group {group_id} not found in DAG {spec.dag_id}", group_id=group_id)
    members = group_members(groups, {task.task_id: task.group_id for task in spec.tasks}, group_id)
    return [member for member in members if not task_ids or member in task_ids] or [""]


@router.post(
    INSTANCES + "/list", operation_id="get_task_instances_batch", response_model=TaskInstanceCollectionResponse
)
async def get_task_instances_batch(
    dag_id: str, dag_run_id: str, body: TaskInstancesBatchBody, call: Reader
) -> Response:
    """Instances of several DAGs and runs; the path names all (`~`), the body picks."""
    if (dag_id, dag_run_id) != ("~", "~"):
        raise InvalidInput("the batch list is asked for with `~` as dag_id and dag_run_id; the body picks")
    wanted = TaskFilter(
        dag_ids=body.dag_ids or (),
        run_ids=body.dag_run_ids or (),
        task_ids=body.task_ids or (),
        states=body.state or (),
        pools=body.pool or (),
        queues=body.queue or (),
        executors=body.executor or (),
        run_after=body.run_after(),
        logical_date=body.logical_date(),
        start_date=body.start_date(),
        end_date=body.end_date(),
        duration=body.duration(),
    )
    page = page_of(call.services.settings.api, body.page_limit, body.page_offset, [body.order_by or ""])

    def find(tx: Tx) -> tuple[list[dict[str, object]], int]:
        records, found = task_lists.list_tasks(tx, call.workspace, wanted, page)
        return shown(tx, call, records), found.total

    return listing("task_instances", *await call.read(find))


@router.get(
    INSTANCE + "/listMapped", operation_id="get_mapped_task_instances", response_model=TaskInstanceCollectionResponse
)
async def get_mapped_task_instances(
    dag_id: str, dag_run_id: str, task_id: str, query: Annotated[MappedQuery, Query()], call: Reader
) -> Response:
    """The instances of one mapped task; none where it is not expanded yet."""
    page = query.page(call.services.settings.api)

    def find(tx: Tx) -> tuple[list[dict[str, object]], int]:
        run = runs.get_run(tx, call.workspace, dag_id, dag_run_id)
        wanted = TaskFilter(run_uids=(run.uid,), task_ids=(task_id,), only_mapped=True, **_filters(query))
        records, found = task_lists.list_tasks(tx, call.workspace, wanted, page)
        if not records:
            spec = spec_of_run(tx, call, run)
            check_tasks(spec, [task_id])
            if not _is_mapped(spec.tasks, {g.group_id for g in spec.groups if g.mapped is not None}, task_id):
                raise NotFound(f"Task id {task_id} is not mapped", task_id=task_id)
        return shown(tx, call, records), found.total

    return listing("task_instances", *await call.read(find))


def _is_mapped(specs: Sequence[TaskSpec], mapped_groups: set[str], task_id: str) -> bool:
    return any(
        task.task_id == task_id and (task.mapped is not None or task.group_id in mapped_groups) for task in specs
    )


async def _one(call: Call, dag_id: str, run_id: str, task_id: str, map_index: int) -> Response:
    def find(tx: Tx) -> dict[str, object]:
        found = tasks.get_task(tx, call.workspace, dag_id, run_id, task_id, map_index=map_index)
        return shown(tx, call, [found])[0]

    return reply(await call.read(find))


@router.get(INSTANCE, operation_id="get_task_instance", response_model=TaskInstanceResponse)
async def get_task_instance(dag_id: str, dag_run_id: str, task_id: str, call: Reader) -> Response:
    """The instance of a task that is not mapped."""
    return await _one(call, dag_id, dag_run_id, task_id, -1)


# -- dependencies, tries, links: before `/{map_index}`, which would take their last word for a number ----------------


async def _dependencies(call: Call, dag_id: str, run_id: str, task_id: str, map_index: int) -> Response:
    def find(tx: Tx) -> list[dict[str, str]]:
        instance = tasks.get_task(tx, call.workspace, dag_id, run_id, task_id, map_index=map_index)
        run = runs.get_run(tx, call.workspace, dag_id, run_id)
        dag = dags.get_dag(tx, call.dag(dag_id))
        return waits_for(tx, dag, run, spec_of_run(tx, call, run), instance)

    return reply({"dependencies": await call.read(find)})


@router.get(
    INSTANCE + "/dependencies",
    operation_id="get_task_instance_dependencies",
    response_model=TaskDependencyCollectionResponse,
)
async def get_task_instance_dependencies(
    dag_id: str, dag_run_id: str, task_id: str, call: Reader, map_index: int = -1
) -> Response:
    """What an instance still waits for, in words; nothing where it waits for nothing."""
    return await _dependencies(call, dag_id, dag_run_id, task_id, map_index)


@router.get(
    INSTANCE + "/{map_index}/dependencies",
    operation_id="get_task_instance_dependencies_by_map_index",
    response_model=TaskDependencyCollectionResponse,
)
async def get_task_instance_dependencies_by_map_index(
    dag_id: str, dag_run_id: str, task_id: str, map_index: int, call: Reader
) -> Response:
    """What a mapped instance still waits for."""
    return await _dependencies(call, dag_id, dag_run_id, task_id, map_index)


def _tries(tx: Tx, call: Call, key: tuple[str, str, str, int]) -> list[dict[str, object]]:
    """The tries of an instance, oldest first; of several attempts of a try (rescheduled, lost) the last one counts."""
    instance = tasks.get_task(tx, call.workspace, *key[:3], map_index=key[3])
    attempts = {attempt.try_number: attempt for attempt in tasks.tries_of(tx, instance)}
    hashes = {attempt.version.spec_hash for attempt in attempts.values() if attempt.version is not None}
    by_hash = {name: tasks_by_id(spec) for name, spec in call.services.specs.of(tx, hashes).items()}
    found: list[dict[str, object]] = []
    for attempt in attempts.values():
        known = by_hash.get(attempt.version.spec_hash, {}) if attempt.version is not None else {}
        found.append(try_out(instance, attempt, known.get(key[2])))
    return found


async def _all_tries(call: Call, *key: Any) -> Response:
    found = await call.read(lambda tx: _tries(tx, call, key))
    return listing("task_instances", found, len(found))


async def _one_try(call: Call, try_number: int, *key: Any) -> Response:
    for found in await call.read(lambda tx: _tries(tx, call, key)):
        if found["try_number"] == try_number:
            return reply(found)
    dag_id, run_id, task_id, map_index = key
    raise NotFound(
        f"The Task Instance with dag_id: `{dag_id}`, run_id: `{run_id}`, task_id: `{task_id}`, try_number: "
        f"`{try_number}` and map_index: `{map_index}` was not found",
        task_id=task_id,
        try_number=try_number,
    )


@router.get(
    INSTANCE + "/tries",
    operation_id="get_task_instance_tries",
    response_model=TaskInstanceHistoryCollectionResponse,
)
async def get_task_instance_tries(
    dag_id: str, dag_run_id: str, task_id: str, call: Reader, map_index: int = -1
) -> Response:
    """All tries of an instance."""
    return await _all_tries(call, dag_id, dag_run_id, task_id, map_index)


@router.get(
    INSTANCE + "/{map_index}/tries",
    operation_id="get_mapped_task_instance_tries",
    response_model=TaskInstanceHistoryCollectionResponse,
)
async def get_mapped_task_instance_tries(
    dag_id: str, dag_run_id: str, task_id: str, map_index: int, call: Reader
) -> Response:
    """All tries of a mapped instance."""
    return await _all_tries(call, dag_id, dag_run_id, task_id, map_index)


@router.get(
    INSTANCE + "/tries/{task_try_number}",
    operation_id="get_task_instance_try_details",
    response_model=TaskInstanceHistoryResponse,
)
async def get_task_instance_try_details(
    dag_id: str, dag_run_id: str, task_id: str, task_try_number: int, call: Reader, map_index: int = -1
) -> Response:
    """One try of an instance."""
    return await _one_try(call, task_try_number, dag_id, dag_run_id, task_id, map_index)


@router.get(
    INSTANCE + "/{map_index}/tries/{task_try_number}",
    operation_id="get_mapped_task_instance_try_details",
    response_model=TaskInstanceHistoryResponse,
)
async def get_mapped_task_instance_try_details(
    dag_id: str, dag_run_id: str, task_id: str, map_index: int, task_try_number: int, call: Reader
) -> Response:
    """One try of a mapped instance."""
    return await _one_try(call, task_try_number, dag_id, dag_run_id, task_id, map_index)


def links_of_instance(
    tx: Tx, instance: TaskRecord, specs: Sequence[TaskSpec], *, is_last_try: bool = True
) -> dict[str, str | None]:
    """Links that the operator of an instance has for people: name -> address; None: not known."""
    kept = xcoms.links_of(tx, instance) if is_last_try else {}
    named = {key: name for spec in specs if spec.task_id == instance.task_id
             for key, name in zip(spec.link_keys, spec.extra_links, strict=False)}  # fmt: skip
    found = {named.get(key, key.removeprefix(xcoms.LINK_PREFIX)): address for key, address in kept.items()}
    return {**dict.fromkeys(named.values()), **found}


@router.get(INSTANCE + "/links", operation_id="get_extra_links", response_model=ExtraLinkCollectionResponse)
async def get_extra_links(
    dag_id: str, dag_run_id: str, task_id: str, call: Reader, map_index: int = -1, try_number: int = -1
) -> Response:
    """Links that the operator has for people: name -> address; null: not known. Only the last try's are."""

    def find(tx: Tx) -> dict[str, str | None]:
        instance = tasks.get_task(tx, call.workspace, dag_id, dag_run_id, task_id, map_index=map_index)
        run = runs.get_run(tx, call.workspace, dag_id, dag_run_id)
        specs = spec_of_run(tx, call, run).tasks if run.version is not None else ()
        return links_of_instance(tx, instance, specs, is_last_try=try_number in {-1, instance.try_number})

    links = await call.read(find)
    return reply({"extra_links": links, "total_entries": len(links)})


@router.get(INSTANCE + "/{map_index}", operation_id="get_mapped_task_instance", response_model=TaskInstanceResponse)
async def get_mapped_task_instance(
    dag_id: str, dag_run_id: str, task_id: str, map_index: int, call: Reader
) -> Response:
    """One instance of a mapped task."""
    return await _one(call, dag_id, dag_run_id, task_id, map_index)
