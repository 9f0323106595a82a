"""What the page of one run shows, in few statements along the keys: tasks, tries, the first failure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, literal_column, select

from tradewind.db.engine import Tx
from tradewind.db.listing import rows
from tradewind.db.runs import RunRecord
from tradewind.db.tables import attempt, dag_run, task_instance

__all__ = ["FirstFailure", "Neighbours", "TaskSummary", "TrySummary", "first_failure", "neighbours", "task_summaries",
           "try_summaries", "usual_durations"]  # fmt: skip

TRIES = 5000
"""As many tries are drawn, the newest ones."""
BEFORE = 10
"""As many runs say what is usual."""

_I, _A, _R = task_instance.c, attempt.c, dag_run.c


@dataclass(frozen=True, slots=True)
class TaskSummary:
    """The instances of a task that are in one state; of one that is not mapped it is the instance itself."""

    task_id: str
    is_mapped: bool
    state: str | None
    count: int
    try_number: int
    """The highest."""
    queued_at: datetime | None
    start_date: datetime | None
    end_date: datetime | None
    """The last one's; none as long as one has not ended."""
    notes: int


@dataclass(frozen=True, slots=True)
class TrySummary:
    """One try of an instance that is not mapped, with all the attempts it took."""

    task_id: str
    try_number: int
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    outcome: str | None


@dataclass(frozen=True, slots=True)
class FirstFailure:
    """The instance that failed first, and what its last attempt left."""

    task_id: str
    map_index: int
    try_number: int
    end_date: datetime | None
    reason: str | None
    error: str | None


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The runs of the same DAG beside one, by when they were to run."""

    before: str | None
    after: str | None


def task_summaries(tx: Tx, run_uid: str) -> list[TaskSummary]:
    """The instances of a run, those of a mapped task by their state."""
    is_mapped = _I.map_index >= literal_column("0")  # no parameter: it is the same where it is grouped by
    open_ones = func.sum(case((_I.end_date.is_(None), 1), else_=0))
    statement = (
        select(
            _I.task_id, is_mapped, _I.state, func.count(), func.max(_I.try_number), func.min(_I.queued_at),
            func.min(_I.start_date), func.max(_I.end_date), open_ones, func.count(_I.note),
        )
        .where(_I.run_uid == run_uid)
        .group_by(_I.task_id, is_mapped, _I.state)
    )  # fmt: skip
    return [
        TaskSummary(row[0], bool(row[1]), row[2], row[3], row[4], row[5], row[6], None if row[8] else row[7], row[9])
        for row in rows(tx, statement)
    ]


def try_summaries(tx: Tx, run_uid: str) -> list[TrySummary]:
    """The tries of the instances that are not mapped, oldest first."""
    open_ones = func.sum(case((_A.ended_at.is_(None), 1), else_=0))
    created = func.min(_A.created_at)
    statement = (
        select(
            _A.task_id, _A.try_number, created, func.min(_A.started_at), func.max(_A.ended_at), open_ones,
            func.max(case((_A.outcome != "up_for_reschedule", _A.outcome))),
        )
        .where(_A.run_uid == run_uid, _A.map_index == -1)
        .group_by(_A.task_id, _A.try_number)
        .order_by(created.desc())
        .limit(TRIES)
    )  # fmt: skip
    found = [
        TrySummary(row[0], row[1], row[2], row[3], None if row[5] else row[4], row[6]) for row in rows(tx, statement)
    ]
    return found[::-1]


def first_failure(tx: Tx, run_uid: str) -> FirstFailure | None:
    """The instance that failed first of those that are failed now."""
    joined = task_instance.outerjoin(attempt, attempt.c.id == _I.attempt)
    statement = (
        select(_I.task_id, _I.map_index, _I.try_number, _I.end_date, func.coalesce(_A.reason, _I.reason), _A.error)
        .select_from(joined)
        .where(_I.run_uid == run_uid, _I.state == "failed")
        .order_by(_I.end_date, _I.task_id, _I.map_index)
        .limit(1)
    )
    row = tx.execute(statement).first()
    return None if row is None else FirstFailure(*row)


def neighbours(tx: Tx, workspace: str, run: RunRecord) -> Neighbours:
    """The runs before and after one."""

    def beside(condition: ColumnElement[bool], *order: ColumnElement[object]) -> str | None:
        same = (_R.workspace == workspace, _R.dag_id == run.dag_id)
        return tx.scalar(select(_R.run_id).where(*same, condition).order_by(*order).limit(1))

    here = (_R.run_after, _R.uid)
    at = (run.run_after, run.uid)
    earlier = (here[0] < at[0]) | and_(here[0] == at[0], here[1] < at[1])
    later = (here[0] > at[0]) | and_(here[0] == at[0], here[1] > at[1])
    return Neighbours(beside(earlier, here[0].desc(), here[1].desc()), beside(later, here[0].asc(), here[1].asc()))


def usual_durations(tx: Tx, workspace: str, run: RunRecord) -> list[float]:
    """Seconds that the last successful runs of the DAG before this one took."""
    statement = (
        select(_R.duration)
        .where(
            _R.workspace == workspace,
            _R.dag_id == run.dag_id,
            _R.run_after < run.run_after,
            _R.state == "success",
            _R.duration.is_not(None),
        )
        .order_by(_R.run_after.desc())
        .limit(BEFORE)
    )
    return [row[0] for row in rows(tx, statement)]
