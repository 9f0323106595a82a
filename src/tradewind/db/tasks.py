"""Task instances and their attempts as people see them: one instance, its tries, notes. Lists are in `task_lists`.

Their state is written by `transitions`; here are reads, and the notes of people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, case, delete, func, select, update

from tradewind.base.errors import NotFound
from tradewind.core.states import TaskState
from tradewind.db.engine import Tx
from tradewind.db.listing import among, rows
from tradewind.db.runs import VersionRef
from tradewind.db.tables import attempt, dag, dag_run, dag_version, rendered, task_instance, xcom

__all__ = [
    "COLUMNS", "KEY", "AttemptRecord", "TaskRecord", "delete_task", "get_task", "set_notes", "task_record", "tasks_of",
    "tries_of", "try_of_attempt", "with_all", "with_run", "with_version",
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


_VERSION_ID = func.coalesce(
    attempt.c.version_id, case((dag_run.c.version_id == "", dag.c.version_id), else_=dag_run.c.version_id)
)


def with_run(instances: FromClause) -> FromClause:
    """The instances with their runs."""
    return instances.join(dag_run, dag_run.c.uid == task_instance.c.run_uid)


def with_version(instances: FromClause) -> FromClause:
    """The instances with run, DAG, attempt and version."""
    same_dag = and_(dag.c.workspace == task_instance.c.workspace, dag.c.dag_id == task_instance.c.dag_id)
    return (
        with_run(instances)
        .join(dag, same_dag)
        .outerjoin(attempt, attempt.c.id == task_instance.c.attempt)
        .outerjoin(dag_version, dag_version.c.id == _VERSION_ID)
    )


def with_all(instances: FromClause) -> FromClause:
    """The instances with everything that is shown of them."""
    same = (rendered.c[name] == task_instance.c[name] for name in ("run_uid", "task_id", "map_index"))
    return with_version(instances).outerjoin(rendered, and_(*same))


_VERSION_COLUMNS = (
    dag_version.c.id, dag_version.c.version_number, dag_version.c.bundle_name, dag_version.c.bundle_version,
    dag_version.c.created_at, dag_version.c.spec_hash,
)  # fmt: skip
COLUMNS = (
    task_instance.c.run_uid, task_instance.c.task_id, task_instance.c.map_index, task_instance.c.dag_id,
    dag.c.display_name, dag_run.c.run_id, dag_run.c.logical_date, dag_run.c.run_after, task_instance.c.state,
    task_instance.c.try_number, task_instance.c.max_tries, task_instance.c.attempt, task_instance.c.scheduled_at,
    task_instance.c.queued_at, task_instance.c.start_date, task_instance.c.end_date, task_instance.c.duration,
    task_instance.c.next_at, task_instance.c.skipped_by, task_instance.c.reason, task_instance.c.rendered_map_index,
    task_instance.c.note, task_instance.c.operator, task_instance.c.pool, task_instance.c.pool_slots,
    task_instance.c.queue, task_instance.c.executor, task_instance.c.priority_weight, task_instance.c.updated_at,
    attempt.c.hostname, attempt.c.pid, rendered.c.fields, *_VERSION_COLUMNS,
)  # fmt: skip
_SELECT = select(*COLUMNS).select_from(with_all(task_instance))
KEY = (task_instance.c.run_uid, task_instance.c.task_id, task_instance.c.map_index)


def task_record(row: Sequence[Any]) -> TaskRecord:
    """The record of a row of `COLUMNS`."""
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
    return task_record(row)


def _named(workspace: str, dag_id: str, run_id: str) -> list[ColumnElement[bool]]:
    return [dag_run.c.workspace == workspace, dag_run.c.dag_id == dag_id, dag_run.c.run_id == run_id]


def tasks_of(tx: Tx, run_uids: Sequence[str], task_ids: Sequence[str] = ()) -> list[TaskRecord]:
    """All instances of these runs, or of some tasks in them, ordered by run, task and map index."""
    if not run_uids:
        return []
    statement = _SELECT.where(
        task_instance.c.run_uid.in_(run_uids), *among(task_instance.c.task_id, task_ids)
    ).order_by(*KEY)
    return [task_record(row) for row in rows(tx, statement)]


def try_of_attempt(tx: Tx, attempt_id: str) -> tuple[tuple[str, str, str, int], int]:
    """DAG, run, task and map index of an attempt, and the number of its try.

    Raises:
        NotFound: there is no such attempt.
    """
    row = tx.execute(
        select(dag_run.c.dag_id, dag_run.c.run_id, attempt.c.task_id, attempt.c.map_index, attempt.c.try_number)
        .join(dag_run, dag_run.c.uid == attempt.c.run_uid)
        .where(attempt.c.id == attempt_id)
    ).first()
    if row is None:
        raise NotFound(f"there is no attempt {attempt_id}", attempt=attempt_id)
    return (row[0], row[1], row[2], row[3]), row[4]


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
