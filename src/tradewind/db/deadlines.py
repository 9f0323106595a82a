"""Deadlines of runs, tasks, and runs that the schedule asks for: stored by the scheduler, shown to people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select

from tradewind.core.commands import SaveDeadline
from tradewind.core.deadlines import DURATIONS_KEPT
from tradewind.db import tables as t
from tradewind.db.bulk import insert, moments, printable
from tradewind.db.engine import Tx
from tradewind.db.listing import Page, ordered, paged
from tradewind.spec import DagKey

__all__ = ["DeadlineRecord", "list_deadlines", "pending", "recent_durations", "save"]

_D, _R = t.deadline.c, t.dag_run.c
_COLUMNS = (
    "id", "workspace", "dag_id", "version_id", "run_uid", "task_id", "alert", "name", "reference", "run_after",
    "deadline_time", "state", "created_at", "updated_at", "ended_at", "reason", "predicted_at",
)  # fmt: skip
_CHANGING = ("version_id", "run_uid", "deadline_time", "state", "updated_at", "ended_at", "reason", "predicted_at")
_SAVE = insert(
    t.deadline, _COLUMNS, "(id) DO UPDATE SET " + ", ".join(f"{name} = excluded.{name}" for name in _CHANGING)
)


def save(tx: Tx, saves: Sequence[SaveDeadline], now: datetime) -> None:
    """Insert or update deadlines; the last save of each counts."""
    moment = moments(tx)
    last = {one.id: one for one in saves}
    _SAVE.run(
        tx,
        [
            (one.id, *one.dag, one.version_id, one.run_uid, one.task_id, one.alert, printable(one.name), one.reference,
             moment(one.run_after), moment(one.at), one.state, moment(one.created_at), moment(now),
             moment(one.ended_at), printable(one.reason), moment(one.predicted_at))
            for one in last.values()
        ],
    )  # fmt: skip


def pending(tx: Tx) -> list[SaveDeadline]:
    """What is neither met nor missed, as the scheduler knew it."""
    names = ("id", "workspace", "dag_id", "version_id", "run_uid", "task_id", "alert", "name", "reference", "run_after",
             "deadline_time", "created_at", "predicted_at")  # fmt: skip
    rows = tx.execute(select(*(_D[name] for name in names)).where(_D.state == "pending"))
    return [
        SaveDeadline(
            id=row.id,
            dag=DagKey(row.workspace, row.dag_id),
            version_id=row.version_id,
            run_uid=row.run_uid,
            alert=row.alert,
            at=row.deadline_time,
            created_at=row.created_at,
            task_id=row.task_id,
            name=row.name,
            reference=row.reference,
            run_after=row.run_after,
            predicted_at=row.predicted_at,
        )
        for row in rows
    ]


def recent_durations(tx: Tx) -> dict[DagKey, list[float]]:
    """Seconds that the last successful runs took, of DAGs that ever had a deadline; the oldest first."""
    named = select(_D.workspace, _D.dag_id).distinct()
    if not tx.execute(named.limit(1)).first():
        return {}
    ever = named.subquery()
    place = func.row_number().over(partition_by=(_R.workspace, _R.dag_id), order_by=_R.end_date.desc())
    recent = (
        select(_R.workspace, _R.dag_id, _R.duration, _R.end_date, place.label("place"))
        .join(ever, and_(ever.c.workspace == _R.workspace, ever.c.dag_id == _R.dag_id))
        .where(_R.state == "success", _R.duration.is_not(None))
        .subquery()
    )
    c = recent.c
    found: dict[DagKey, list[float]] = {}
    query = select(c.workspace, c.dag_id, c.duration).where(c.place <= DURATIONS_KEPT).order_by(c.end_date)
    for workspace, dag_id, duration in tx.execute(query):
        found.setdefault(DagKey(workspace, dag_id), []).append(duration)
    return found


@dataclass(frozen=True, slots=True)
class DeadlineRecord:
    """A deadline for people."""

    id: str
    dag_id: str
    run_id: str | None
    """None: the run that the schedule asks for is not made (yet)."""
    task_id: str | None
    name: str | None
    reference: str
    run_after: datetime | None
    deadline_time: datetime
    state: str
    created_at: datetime
    updated_at: datetime
    ended_at: datetime | None
    reason: str
    predicted_at: datetime | None


_JOINED = t.deadline.outerjoin(t.dag_run, _R.uid == _D.run_uid)
_RECORD = (
    _D.id, _D.dag_id, _R.run_id, _D.task_id, _D.name, _D.reference, _D.run_after, _D.deadline_time, _D.state,
    _D.created_at, _D.updated_at, _D.ended_at, _D.reason, _D.predicted_at,
)  # fmt: skip
_SORTS = {"id": _D.id, "deadline_time": _D.deadline_time, "created_at": _D.created_at,
          "last_updated_at": _D.updated_at, "alert_name": _D.name}  # fmt: skip


def list_deadlines(
    tx: Tx, dag: DagKey, page: Page, *, run_id: str | None = None, is_missed: bool | None = None
) -> tuple[list[DeadlineRecord], int]:
    """A page of the deadlines of a DAG or of a run, and how many there are in all.

    Raises:
        InvalidInput: the page sorts by something unknown.
    """
    conditions: list[ColumnElement[bool]] = [_D.workspace == dag.workspace, _D.dag_id == dag.dag_id]
    if run_id is not None:
        conditions.append(_R.run_id == run_id)
    if is_missed is not None:
        conditions.append((_D.state == "missed") if is_missed else (_D.state != "missed"))
    query = ordered(select(*_RECORD).select_from(_JOINED).where(*conditions), page, _SORTS, (_D.id,))
    count = select(func.count()).select_from(_JOINED).where(*conditions)
    return paged(tx, query, count, page, lambda row: DeadlineRecord(*row))
