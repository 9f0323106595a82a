"""Triggers of deferred tasks: what is waited for, what came of it, and how the task goes on.

A trigger is stored in the transaction that defers its task, and has the id of the attempt that deferred. It ends once:
with what it said, a time-out, or a cancel. Arguments and events may hold secrets and are encrypted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select

from tradewind.core.commands import StartTrigger, StopTrigger
from tradewind.db.bulk import Bulk, Row, moments, update
from tradewind.db.engine import Tx
from tradewind.db.tables import attempt, dag_run, trigger
from tradewind.protocol.messages import Ended
from tradewind.protocol.triggers import Fired, Waiter
from tradewind.protocol.waits import Deferral, Resume
from tradewind.spec import DagKey

__all__ = [
    "OpenTrigger", "Seal", "TriggerRecord", "deferral_of", "keep_fired", "open_triggers", "resume_of", "waiting_triggers",
    "write_waits",
]  # fmt: skip

Seal = Callable[[str], str]
"""Encrypts a text, or reads it again."""

PLAIN = "{}"
"""No arguments: nothing to hide."""
_T = trigger.c


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerRecord:
    """A trigger that somebody waits for."""

    id: str
    dag: DagKey
    version_id: str
    classpath: str
    kwargs: str
    waiter: Waiter


# -- by the committer ------------------------------------------------------------------------------------------------

_NEW = (
    "(id, kind, workspace, dag_id, version_id, run_uid, task_id, map_index, classpath, kwargs, method, method_kwargs,"
    " created_at, timeout_at)"
)
_ADD = Bulk(
    f"INSERT INTO trigger {_NEW} SELECT ?1, 'task', r.workspace, r.dag_id, ?2, r.uid, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11"
    " FROM dag_run r WHERE r.uid = ?3 ON CONFLICT DO NOTHING",
    f"INSERT INTO trigger {_NEW} SELECT n.id, 'task', r.workspace, r.dag_id, n.version_id, r.uid, n.task_id,"
    " n.map_index, n.classpath, n.kwargs, n.method, n.method_kwargs, n.created_at, n.timeout_at"
    " FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::int[], %s::text[], %s::text[], %s::text[],"
    " %s::text[], %s::timestamptz[], %s::timestamptz[]) AS n(id, version_id, run_uid, task_id, map_index, classpath,"
    " kwargs, method, method_kwargs, created_at, timeout_at) JOIN dag_run r ON r.uid = n.run_uid ON CONFLICT DO NOTHING",
)
_FIRST = (
    "(id, run_uid, task_id, map_index, try_number, version_id, queue, pool_slots, priority, created_at, started_at,"
    " ended_at, outcome)"
)
_ADD_ATTEMPT = Bulk(
    f"INSERT INTO attempt {_FIRST} SELECT ?1, r.uid, ?3, ?4, ?5, ?6, 'default', 0, 0, ?7, ?7, ?7, 'deferred'"
    " FROM dag_run r WHERE r.uid = ?2 ON CONFLICT DO NOTHING",
    f"INSERT INTO attempt {_FIRST} SELECT n.id, r.uid, n.task_id, n.map_index, n.try_number, n.version_id, 'default',"
    " 0, 0, n.at, n.at, n.at, 'deferred' FROM unnest(%s::text[], %s::text[], %s::text[], %s::int[], %s::int[],"
    " %s::text[], %s::timestamptz[]) AS n(id, run_uid, task_id, map_index, try_number, version_id, at)"
    " JOIN dag_run r ON r.uid = n.run_uid ON CONFLICT DO NOTHING",
)
_END = update(trigger, ("ended_at", "outcome"), ("id",), only_null="ended_at")
_FIRE = update(trigger, ("ended_at", "outcome", "event"), ("id",), only_null="ended_at")


def write_waits(
    tx: Tx, commands: Sequence[StartTrigger | StopTrigger], outputs: Mapping[str, Ended], seal: Seal, now: datetime
) -> None:
    """Store triggers that start, and end those that nobody waits for any more.

    Args:
        outputs: the reports of the attempts that deferred.
        seal: encrypts arguments.
    """
    moment = moments(tx)
    started = [command for command in commands if isinstance(command, StartTrigger)]
    _ADD_ATTEMPT.run(
        tx,
        [
            (c.trigger, c.run_uid, c.task_id, c.map_index, c.try_number, c.version_id, moment(c.at))
            for c in started
            if c.start is not None
        ],
    )
    _ADD.run(tx, [row for c in started if (row := _row(c, outputs, seal, moment)) is not None])
    stopped = [command for command in commands if isinstance(command, StopTrigger)]
    _END.run(tx, [(moment(now), "cancelled" if c.is_cancelled else "timeout", c.trigger) for c in stopped])


def keep_fired(tx: Tx, fired: Mapping[str, Fired], seal: Seal) -> None:
    """Store what triggers said, and that they have ended."""
    moment = moments(tx)
    _FIRE.run(tx, [(moment(one.at), one.outcome, seal(one.event), one.id) for one in fired.values()])


def _row(
    order: StartTrigger, outputs: Mapping[str, Ended], seal: Seal, moment: Callable[[datetime | None], object]
) -> Row | None:
    start = order.start
    report = outputs.get(order.trigger)
    waits_for = start or (report.deferral if report is not None else None)
    if waits_for is None:
        return None
    arguments = [text if text == PLAIN else seal(text) for text in (waits_for.kwargs, waits_for.method_kwargs)]
    return (
        order.trigger, order.version_id, order.run_uid, order.task_id, order.map_index, waits_for.classpath,
        arguments[0], waits_for.method, arguments[1], moment(order.at), moment(order.until),
    )  # fmt: skip


# -- by those who wait -----------------------------------------------------------------------------------------------


def waiting_triggers(tx: Tx, unseal: Seal, ids: Sequence[str] | None = None) -> list[TriggerRecord]:
    """Triggers of tasks that have not ended; of those that are named, also cancelled ones, whose `on_kill` is to be called.

    Args:
        unseal: reads encrypted arguments.
        ids: only these; None: all.
    """
    query = (
        select(_T.id, _T.workspace, _T.dag_id, _T.version_id, _T.classpath, _T.kwargs, _T.run_uid, _T.task_id,
               _T.map_index, dag_run.c.run_id, attempt.c.try_number)
        .join(dag_run, dag_run.c.uid == _T.run_uid)
        .join(attempt, attempt.c.id == _T.id)
        .where(_T.kind == "task")
        .order_by(_T.created_at, _T.id)
    )  # fmt: skip
    is_open = _T.ended_at.is_(None)
    wanted = is_open if ids is None else and_(_T.id.in_(ids), or_(is_open, _T.outcome == "cancelled"))
    rows = tx.execute(query.where(wanted))
    return [
        TriggerRecord(
            id=row.id,
            dag=DagKey(row.workspace, row.dag_id),
            version_id=row.version_id,
            classpath=row.classpath,
            kwargs=row.kwargs if row.kwargs == PLAIN else unseal(row.kwargs),
            waiter=Waiter(
                dag_id=row.dag_id,
                run_id=row.run_id,
                run_uid=row.run_uid,
                task_id=row.task_id,
                map_index=row.map_index,
                try_number=row.try_number,
            ),
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class OpenTrigger:
    """A trigger that has not fired, without its secrets."""

    id: str
    classpath: str
    created_at: datetime


def open_triggers(tx: Tx, attempts: Sequence[str]) -> dict[str, OpenTrigger]:
    """What deferred attempts wait for."""
    wanted = select(_T.id, _T.classpath, _T.created_at)
    rows = tx.execute(wanted.where(_T.id.in_(attempts), _T.ended_at.is_(None)))
    return {row.id: OpenTrigger(*row) for row in rows}


def resume_of(tx: Tx, wait: str, unseal: Seal) -> Resume | None:
    """How the attempt after a wait goes on; None: there is no such trigger."""
    row = tx.execute(select(_T.method, _T.method_kwargs, _T.outcome, _T.event).where(_T.id == wait)).first()
    if row is None:
        return None
    return Resume(
        kind=row.outcome if row.outcome in ("timeout", "failure") else "trigger",
        method=row.method or "",
        method_kwargs=PLAIN if row.method_kwargs in (PLAIN, None) else unseal(row.method_kwargs),
        event="null" if row.event is None else unseal(row.event),
    )


def deferral_of(tx: Tx, wait: str, unseal: Seal) -> Deferral | None:
    """What a task waits, or waited, for; None: there is no such trigger."""
    row = tx.execute(select(_T.classpath, _T.kwargs, _T.method, _T.method_kwargs).where(_T.id == wait)).first()
    if row is None:
        return None
    kwargs, given = (PLAIN if text in (PLAIN, None) else unseal(text) for text in (row.kwargs, row.method_kwargs))
    return Deferral(classpath=row.classpath, kwargs=kwargs, method=row.method or "", method_kwargs=given)
