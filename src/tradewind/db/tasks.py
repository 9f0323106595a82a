"""Task instances and their attempts as people see them: lists, one instance, its tries, notes.

Their state is written by `transitions`; here are reads, and the notes of people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, case, delete, func, select, update

from tradewind.base.errors import NotFound
from tradewind.core.states import TaskState
from tradewind.db.engine import Tx
from tradewind.db.listing import (
    DateRange,
    NumberRange,
    Page,
    Range,
    among,
    between,
    like,
    ordered,
    prefixed,
    rows,
    total,
)
from tradewind.db.runs import VersionRef
from tradewind.db.tables import attempt, dag, dag_run, dag_version, rendered, task_instance, xcom

__all__ = [
    "AttemptRecord", "TaskFilter", "TaskRecord", "delete_task", "get_task", "list_tasks", "set_notes", "tasks_of",
    "tries_of",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRecord:
    """A task instance as it is shown."""

    run_uid: str
    task_id: str
    map_index: int
    dag_id: str
    dag_display_name: str
    run_id: str
    logical_date: datetime | None
    run_after: datetime
    state: TaskState | None
    try_number: int
    max_tries: int
    """The try number of the last attempt allowed, counted from 1."""
    attempt: str | None
    scheduled_at: datetime | None
    queued_at: datetime | None
    start_date: datetime | None
    end_date: datetime | None
    duration: float | None
    """Seconds."""
    next_at: datetime | None
    skipped_by: str | None
    reason: str | None
    rendered_map_index: str | None
    note: str | None
    operator: str
    pool: str
    pool_slots: int
    queue: str
    executor: str | None
    priority_weight: int
    updated_at: datetime
    hostname: str | None
    pid: int | None
    rendered: dict[str, Any] | None
    version: VersionRef | None
    """The version of the current or last attempt; before the first, that of the run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRecord:
    """One try of a task instance."""

    id: str
    try_number: int
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    outcome: str | None
    """None while it is under way."""
    reason: str | None
    error: str | None
    hostname: str | None
    pid: int | None
    executor: str | None
    queue: str
    pool_slots: int
    priority: int
    version: VersionRef | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFilter:
    """Which instances; empty sequences and None: no condition."""

    dag_ids: Sequence[str] = ()
    run_ids: Sequence[str] = ()
    run_uids: Sequence[str] = ()
    """Quicker than run ids where the run is known: the instances of a run lie together."""
    task_ids: Sequence[str] = ()
    states: Sequence[TaskState | None] = ()
    pools: Sequence[str] = ()
    queues: Sequence[str] = ()
    executors: Sequence[str] = ()
    operators: Sequence[str] = ()
    version_numbers: Sequence[int] = ()
    try_numbers: Sequence[int] = ()
    map_indexes: Sequence[int] = ()
    run_after: DateRange | None = None
    logical_date: DateRange | None = None
    start_date: DateRange | None = None
    end_date: DateRange | None = None
    updated_at: DateRange | None = None
    duration: NumberRange | None = None
    task_id_pattern: str | None = None
    task_id_prefix: str | None = None
    dag_id_pattern: str | None = None
    dag_id_prefix: str | None = None
    run_id_pattern: str | None = None
    run_id_prefix: str | None = None
    pool_pattern: str | None = None
    pool_prefix: str | None = None
    queue_pattern: str | None = None
    queue_prefix: str | None = None
    operator_pattern: str | None = None
    operator_prefix: str | None = None
    map_name_pattern: str | None = None
    map_name_prefix: str | None = None
    only_mapped: bool = False


_VERSION_ID = func.coalesce(
    attempt.c.version_id, case((dag_run.c.version_id == "", dag.c.version_id), else_=dag_run.c.version_id)
)


def _with_run(instances: FromClause) -> FromClause:
    return instances.join(dag_run, dag_run.c.uid == task_instance.c.run_uid)


def _with_version(instances: FromClause) -> FromClause:
    same_dag = and_(dag.c.workspace == task_instance.c.workspace, dag.c.dag_id == task_instance.c.dag_id)
    return (
        _with_run(instances)
        .join(dag, same_dag)
        .outerjoin(attempt, attempt.c.id == task_instance.c.attempt)
        .outerjoin(dag_version, dag_version.c.id == _VERSION_ID)
    )


def _with_all(instances: FromClause) -> FromClause:
    """The instances with everything that is shown of them."""
    same = (rendered.c[name] == task_instance.c[name] for name in ("run_uid", "task_id", "map_index"))
    return _with_version(instances).outerjoin(rendered, and_(*same))


_VERSION_COLUMNS = (
    dag_version.c.id, dag_version.c.version_number, dag_version.c.bundle_name, dag_version.c.bundle_version,
    dag_version.c.created_at, dag_version.c.spec_hash,
)  # fmt: skip
_COLUMNS = (
    task_instance.c.run_uid, task_instance.c.task_id, task_instance.c.map_index, task_instance.c.dag_id,
    dag.c.display_name, dag_run.c.run_id, dag_run.c.logical_date, dag_run.c.run_after, task_instance.c.state,
    task_instance.c.try_number, task_instance.c.max_tries, task_instance.c.attempt, task_instance.c.scheduled_at,
    task_instance.c.queued_at, task_instance.c.start_date, task_instance.c.end_date, task_instance.c.duration,
    task_instance.c.next_at, task_instance.c.skipped_by, task_instance.c.reason, task_instance.c.rendered_map_index,
    task_instance.c.note, task_instance.c.operator, task_instance.c.pool, task_instance.c.pool_slots,
    task_instance.c.queue, task_instance.c.executor, task_instance.c.priority_weight, task_instance.c.updated_at,
    attempt.c.hostname, attempt.c.pid, rendered.c.fields, *_VERSION_COLUMNS,
)  # fmt: skip
_SELECT = select(*_COLUMNS).select_from(_with_all(task_instance))
_KEY = (task_instance.c.run_uid, task_instance.c.task_id, task_instance.c.map_index)

SORTABLE: dict[str, ColumnElement[Any]] = {
    "id": task_instance.c.run_uid,
    "task_id": task_instance.c.task_id,
    "task_display_name": task_instance.c.task_id,
    "dag_id": task_instance.c.dag_id,
    "run_id": dag_run.c.run_id,
    "state": task_instance.c.state,
    "duration": task_instance.c.duration,
    "start_date": task_instance.c.start_date,
    "end_date": task_instance.c.end_date,
    "queued_when": task_instance.c.queued_at,
    "scheduled_when": task_instance.c.scheduled_at,
    "updated_at": task_instance.c.updated_at,
    "map_index": task_instance.c.map_index,
    "try_number": task_instance.c.try_number,
    "logical_date": dag_run.c.logical_date,
    "run_after": dag_run.c.run_after,
    "data_interval_start": dag_run.c.interval_start,
    "data_interval_end": dag_run.c.interval_end,
    "rendered_map_index": task_instance.c.rendered_map_index,
    "operator": task_instance.c.operator,
    "pool": task_instance.c.pool,
    "queue": task_instance.c.queue,
    "priority_weight": task_instance.c.priority_weight,
}


def _record(row: Sequence[Any]) -> TaskRecord:
    return TaskRecord(
        run_uid=row[0],
        task_id=row[1],
        map_index=row[2],
        dag_id=row[3],
        dag_display_name=row[4],
        run_id=row[5],
        logical_date=row[6],
        run_after=row[7],
        state=TaskState(row[8]) if row[8] is not None else None,
        try_number=row[9],
        max_tries=row[10],
        attempt=row[11],
        scheduled_at=row[12],
        queued_at=row[13],
        start_date=row[14],
        end_date=row[15],
        duration=row[16],
        next_at=row[17],
        skipped_by=row[18],
        reason=row[19],
        rendered_map_index=row[20],
        note=row[21],
        operator=row[22],
        pool=row[23],
        pool_slots=row[24],
        queue=row[25],
        executor=row[26],
        priority_weight=row[27],
        updated_at=row[28],
        hostname=row[29],
        pid=row[30],
        rendered=row[31],
        version=VersionRef(*row[32:]) if row[32] is not None else None,
    )


def list_tasks(tx: Tx, workspace: str, wanted: TaskFilter, page: Page) -> tuple[list[TaskRecord], int]:
    """A page of task instances, and how many match in all.

    The keys of the page are found first, from as few tables as the conditions and the order need; only for them is
    the rest joined.

    Raises:
        InvalidInput: the page sorts by something unknown.
    """
    if wanted.run_ids:
        wanted = replace(wanted, run_ids=(), run_uids=_uids(tx, workspace, wanted) or ("",))
    conditions = _conditions(workspace, wanted)
    if tx.dialect == "sqlite":
        conditions = _steered(conditions, wanted, page)
    counted = select(func.count()).select_from(_least_join(wanted, ())).where(*conditions)
    keys = select(*_KEY).select_from(_least_join(wanted, page.order_by))
    on_page = ordered(keys.where(*conditions), page, SORTABLE, _KEY).limit(page.limit).offset(page.offset).subquery()
    same = and_(*(on_page.c[column.name] == column for column in _KEY))
    shown = select(*_COLUMNS).select_from(_with_all(on_page.join(task_instance, same)))
    statement = ordered(shown, page, SORTABLE, _KEY)
    found = rows(tx, statement) if page.limit else ()
    return [_record(row) for row in found], total(tx, len(found), counted, page)


def _uids(tx: Tx, workspace: str, wanted: TaskFilter) -> list[str]:
    """The runs with these run ids."""
    found = select(dag_run.c.uid).where(
        dag_run.c.workspace == workspace,
        *among(dag_run.c.run_id, wanted.run_ids),
        *among(dag_run.c.dag_id, wanted.dag_ids),
        *among(dag_run.c.uid, wanted.run_uids),
    )
    return [row[0] for row in rows(tx, found)]


def _steered(conditions: list[ColumnElement[bool]], wanted: TaskFilter, page: Page) -> list[ColumnElement[bool]]:
    """The same conditions, those hidden from SQLite that would lead its planner to an index of little use.

    It keeps no statistics by itself, and takes any index on the workspace, or on a state that most rows have, for a
    good one; then it sorts a million rows instead of reading a hundred in the order of keys.
    """
    is_by_date = _bounds(wanted.start_date) or page.order_by[:1] in {("start_date",), ("-start_date",)}
    is_rare = bool(wanted.run_uids or wanted.states) and TaskState.SUCCESS not in wanted.states
    steered = list(conditions)
    if is_rare or not (wanted.dag_ids or is_by_date):
        steered[0] = _hidden(steered[0])
    if TaskState.SUCCESS in wanted.states:
        plain = among(task_instance.c.state, wanted.states)[0]
        steered = [_hidden(one) if one.compare(plain) else one for one in steered]
    return steered


def _hidden(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """A condition that no index can serve."""
    return func.likely(condition)


_RUN_SORTS = frozenset({"run_id", "logical_date", "run_after", "data_interval_start", "data_interval_end"})


def _bounds(given: DateRange | None) -> bool:
    """Whether a range has any bound at all."""
    return given is not None and given != Range()


def _least_join(wanted: TaskFilter, order_by: Sequence[str]) -> FromClause:
    """The tables that conditions and order speak of, and no more: counting a million rows should touch one index."""
    if wanted.version_numbers:
        return _with_version(task_instance)
    names_run = wanted.run_ids or wanted.run_id_pattern or wanted.run_id_prefix
    sorts_run = any(name.removeprefix("-") in _RUN_SORTS for name in order_by)
    needs_run = names_run or sorts_run or _bounds(wanted.run_after) or _bounds(wanted.logical_date)
    return _with_run(task_instance) if needs_run else task_instance


def _conditions(workspace: str, wanted: TaskFilter) -> list[ColumnElement[bool]]:
    found = [task_instance.c.workspace == workspace]
    for column, values in (
        (task_instance.c.dag_id, wanted.dag_ids),
        (dag_run.c.run_id, wanted.run_ids),
        (task_instance.c.run_uid, wanted.run_uids),
        (task_instance.c.task_id, wanted.task_ids),
        (task_instance.c.state, wanted.states),
        (task_instance.c.pool, wanted.pools),
        (task_instance.c.queue, wanted.queues),
        (task_instance.c.executor, wanted.executors),
        (task_instance.c.operator, wanted.operators),
        (task_instance.c.try_number, wanted.try_numbers),
        (task_instance.c.map_index, wanted.map_indexes),
        (dag_version.c.version_number, wanted.version_numbers),
    ):
        found += among(column, values)
    for column, bounds in (
        (dag_run.c.run_after, wanted.run_after),
        (dag_run.c.logical_date, wanted.logical_date),
        (task_instance.c.start_date, wanted.start_date),
        (task_instance.c.end_date, wanted.end_date),
        (task_instance.c.updated_at, wanted.updated_at),
        (task_instance.c.duration, wanted.duration),
    ):
        found += between(column, bounds)
    for column, pattern, prefix in (
        (task_instance.c.task_id, wanted.task_id_pattern, wanted.task_id_prefix),
        (task_instance.c.dag_id, wanted.dag_id_pattern, wanted.dag_id_prefix),
        (dag_run.c.run_id, wanted.run_id_pattern, wanted.run_id_prefix),
        (task_instance.c.pool, wanted.pool_pattern, wanted.pool_prefix),
        (task_instance.c.queue, wanted.queue_pattern, wanted.queue_prefix),
        (task_instance.c.operator, wanted.operator_pattern, wanted.operator_prefix),
        (task_instance.c.rendered_map_index, wanted.map_name_pattern, wanted.map_name_prefix),
    ):
        found += like(column, pattern) + prefixed(column, prefix)
    if wanted.only_mapped:
        found.append(task_instance.c.map_index >= 0)
    return found


def get_task(tx: Tx, workspace: str, dag_id: str, run_id: str, task_id: str, *, map_index: int = -1) -> TaskRecord:
    """One instance.

    Raises:
        NotFound: there is none.
    """
    statement = _SELECT.where(
        *_named(workspace, dag_id, run_id),
        task_instance.c.task_id == task_id,
        task_instance.c.map_index == map_index,
    )
    row = tx.execute(statement).one_or_none()
    if row is None:
        raise NotFound(
            f"The Task Instance with dag_id: `{dag_id}`, run_id: `{run_id}`, task_id: `{task_id}` and map_index: "
            f"`{map_index}` was not found",
            dag_id=dag_id, run_id=run_id, task_id=task_id, map_index=map_index,
        )  # fmt: skip
    return _record(row)


def _named(workspace: str, dag_id: str, run_id: str) -> list[ColumnElement[bool]]:
    return [dag_run.c.workspace == workspace, dag_run.c.dag_id == dag_id, dag_run.c.run_id == run_id]


def tasks_of(tx: Tx, run_uids: Sequence[str], task_ids: Sequence[str] = ()) -> list[TaskRecord]:
    """All instances of these runs, or of some tasks in them, ordered by run, task and map index."""
    if not run_uids:
        return []
    statement = _SELECT.where(
        task_instance.c.run_uid.in_(run_uids), *among(task_instance.c.task_id, task_ids)
    ).order_by(*_KEY)
    return [_record(row) for row in rows(tx, statement)]


def tries_of(tx: Tx, instance: TaskRecord) -> list[AttemptRecord]:
    """The attempts of an instance, oldest first. A try that was rescheduled or lost has several."""
    statement = (
        select(
            attempt.c.id, attempt.c.try_number, attempt.c.created_at, attempt.c.started_at, attempt.c.ended_at,
            attempt.c.outcome, attempt.c.reason, attempt.c.error, attempt.c.hostname, attempt.c.pid,
            attempt.c.executor, attempt.c.queue, attempt.c.pool_slots, attempt.c.priority, *_VERSION_COLUMNS,
        )
        .select_from(attempt.outerjoin(dag_version, dag_version.c.id == attempt.c.version_id))
        .where(
            attempt.c.run_uid == instance.run_uid,
            attempt.c.task_id == instance.task_id,
            attempt.c.map_index == instance.map_index,
        )
        .order_by(attempt.c.created_at, attempt.c.id)
    )  # fmt: skip
    return [
        AttemptRecord(
            id=row[0],
            try_number=row[1],
            created_at=row[2],
            started_at=row[3],
            ended_at=row[4],
            outcome=row[5],
            reason=row[6],
            error=row[7],
            hostname=row[8],
            pid=row[9],
            executor=row[10],
            queue=row[11],
            pool_slots=row[12],
            priority=row[13],
            version=VersionRef(*row[14:]) if row[14] is not None else None,
        )
        for row in rows(tx, statement)
    ]


def set_notes(tx: Tx, instances: Sequence[TaskRecord], note: str | None, by: str, now: datetime) -> None:
    """Write a note on instances."""
    for one in instances:
        tx.execute(update(task_instance).where(*_is(task_instance, one)).values(note=note, note_by=by, updated_at=now))


def delete_task(tx: Tx, instance: TaskRecord) -> None:
    """Delete an instance with its history, XComs and rendered fields."""
    for table in (xcom, rendered, attempt, task_instance):
        tx.execute(delete(table).where(*_is(table, instance)))


def _is(table: FromClause, instance: TaskRecord) -> list[ColumnElement[bool]]:
    return [
        table.c.run_uid == instance.run_uid,
        table.c.task_id == instance.task_id,
        table.c.map_index == instance.map_index,
    ]
