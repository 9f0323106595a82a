"""What the home page asks for: what needs a person, and what has been and comes around the present moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true

from tradewind.core.failure_causes import Failure
from tradewind.core.states import RunState, TaskState
from tradewind.db import tables as t
from tradewind.db.engine import Tx
from tradewind.db.keyset import unsteered

__all__ = [
    "Counts", "Firing", "LateDag", "Missed", "NightRun", "Question", "Stuck", "counts", "failures", "firings",
    "late_dags", "missed_deadlines", "night_runs", "questions", "still_failing", "stuck_runs",
]  # fmt: skip

_D, _R, _I, _A, _Q, _L = t.dag.c, t.dag_run.c, t.task_instance.c, t.attempt.c, t.input_request.c, t.deadline.c
RUNS_LOOKED_AT = 100
FAILURES_LOOKED_AT = 500
QUEUED_LOOKED_AT = 5000


@dataclass(frozen=True, slots=True)
class Counts:
    """How many there are."""

    dags: int
    active_dags: int
    running_tasks: int
    ended_runs: dict[str, int]
    """By state, of those that ended lately."""
    queued_runs: int
    running_runs: int


@dataclass(frozen=True, slots=True)
class Question:
    """What a task asks people."""

    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    subject: str
    created_at: datetime
    deadline: datetime | None


@dataclass(frozen=True, slots=True)
class Missed:
    """A deadline that was missed, or is about to be."""

    dag_id: str
    run_id: str | None
    task_id: str | None
    name: str | None
    deadline_time: datetime
    predicted_at: datetime | None
    is_missed: bool


@dataclass(frozen=True, slots=True)
class LateDag:
    """A DAG whose next run should have been made."""

    dag_id: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Stuck:
    """Runs of a DAG that wait."""

    dag_id: str
    is_paused: bool
    count: int
    since: datetime


@dataclass(frozen=True, slots=True)
class NightRun:
    """A run on the time axis."""

    dag_id: str
    run_id: str
    state: str
    start: datetime | None
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Firing:
    """When a DAG's schedule fires next."""

    dag_id: str
    version_id: str | None
    at: datetime
    interval: tuple[datetime, datetime] | None


def counts(tx: Tx, workspace: str, since: datetime) -> Counts:
    """DAGs, tasks that run now, and runs: those that go on and those that ended since then."""
    there = (_D.workspace == workspace, _D.is_stale == false())
    by_pause = dict(
        tuple(row) for row in tx.execute(select(_D.is_paused, func.count()).where(*there).group_by(_D.is_paused))
    )
    ended = select(_R.state, func.count()).where(_R.workspace == workspace, _R.end_date >= since).group_by(_R.state)
    active = (
        select(_R.state, func.count())
        .where(_R.workspace == workspace, _R.state.in_((RunState.QUEUED, RunState.RUNNING)))
        .group_by(_R.state)
    )
    going = dict(tuple(row) for row in tx.execute(active))
    running = select(func.count()).where(_I.workspace == workspace, _I.state == TaskState.RUNNING.value)
    return Counts(
        dags=sum(by_pause.values()),
        active_dags=by_pause.get(False, 0),
        running_tasks=int(tx.scalar(running)),
        ended_runs=dict(tuple(row) for row in tx.execute(ended)),
        queued_runs=going.get(RunState.QUEUED, 0),
        running_runs=going.get(RunState.RUNNING, 0),
    )


def failures(tx: Tx, workspace: str, since: datetime) -> list[Failure]:
    """Failed instances of the newest runs that failed since then, and of runs that go on."""
    failed = (
        select(_R.uid)
        .where(_R.workspace == workspace, _R.end_date >= since, _R.state == RunState.FAILED)
        .order_by(_R.end_date.desc())
        .limit(RUNS_LOOKED_AT)
    )
    running = (
        select(_R.uid)
        .where(*_of_state(tx, workspace, RunState.RUNNING))
        .order_by(_R.run_after.desc())
        .limit(RUNS_LOOKED_AT)
    )
    uids = [*tx.execute(failed).scalars(), *tx.execute(running).scalars()]
    if not uids:
        return []
    query = (
        select(
            _I.dag_id, _R.run_id, _I.task_id, _I.map_index, _I.end_date, func.coalesce(_A.reason, _I.reason), _A.error,
            _R.run_after,
        )
        .select_from(
            t.task_instance.join(t.dag_run, _R.uid == _I.run_uid).outerjoin(t.attempt, _A.id == _I.attempt)
        )
        .where(_I.run_uid.in_(uids), _I.state == TaskState.FAILED.value)
        .order_by(_I.end_date.desc())
        .limit(FAILURES_LOOKED_AT)
    )  # fmt: skip
    return [
        Failure(
            dag_id=dag_id,
            run_id=run_id,
            task_id=task_id,
            map_index=index,
            at=at or due,
            reason=reason or "no reason was recorded",
            error=error,
        )
        for dag_id, run_id, task_id, index, at, reason, error, due in tx.execute(query)
    ]


def still_failing(tx: Tx, workspace: str, dag_ids: Sequence[str]) -> set[str]:
    """Which of these DAGs' last finished run has failed."""
    if not dag_ids:
        return set()
    last = (
        select(_R.state)
        .where(_R.workspace == _D.workspace, _R.dag_id == _D.dag_id, _R.state.in_((RunState.FAILED, RunState.SUCCESS)))
        .order_by(_R.run_after.desc())
        .limit(1)
        .correlate(t.dag)
        .scalar_subquery()
    )
    query = select(_D.dag_id).where(_D.workspace == workspace, _D.dag_id.in_(dag_ids), last == RunState.FAILED)
    return set(tx.execute(query).scalars())


def questions(tx: Tx, workspace: str, limit: int) -> list[Question]:
    """What tasks ask people and nobody has answered, the oldest first."""
    query = (
        select(_Q.dag_id, _R.run_id, _Q.task_id, _Q.map_index, _Q.form, _Q.created_at, _Q.deadline)
        .join(t.dag_run, _R.uid == _Q.run_uid)
        .join(
            t.task_instance,
            and_(_I.run_uid == _Q.run_uid, _I.task_id == _Q.task_id, _I.map_index == _Q.map_index),
        )
        .where(
            _Q.workspace == workspace, _Q.responded_at.is_(None), _I.state == TaskState.AWAITING_INPUT.value,
            _I.attempt == _Q.id,
        )
        .order_by(_Q.created_at)
        .limit(limit)
    )  # fmt: skip
    return [
        Question(dag_id, run_id, task_id, index, str(form.get("subject", "")), at, deadline)
        for dag_id, run_id, task_id, index, form, at, deadline in tx.execute(query)
    ]


def missed_deadlines(tx: Tx, workspace: str, since: datetime, limit: int) -> list[Missed]:
    """Deadlines missed since then, and those that are likely to be."""
    query = (
        select(_L.dag_id, _R.run_id, _L.task_id, _L.name, _L.deadline_time, _L.predicted_at, _L.state == "missed")
        .select_from(t.deadline.outerjoin(t.dag_run, _R.uid == _L.run_uid))
        .where(
            _L.workspace == workspace,
            or_(
                and_(_L.state == "missed", _L.deadline_time >= since),
                and_(_L.state == "pending", _L.predicted_at.is_not(None)),
            ),
        )
        .order_by(_L.deadline_time.desc())
        .limit(limit)
    )
    return [
        Missed(dag_id, run_id, task_id, name, at, predicted, bool(missed))
        for dag_id, run_id, task_id, name, at, predicted, missed in tx.execute(query)
    ]


def late_dags(tx: Tx, workspace: str, before: datetime, limit: int) -> list[LateDag]:
    """Active DAGs whose next run was due before then and is not made; those at their limit of runs wait rightly."""
    query = (
        select(_D.dag_id, _D.next_run_after)
        .where(
            _D.workspace == workspace, _D.is_paused == false(), _D.is_stale == false(), _D.next_run_after < before,
            _D.has_exceeded_max_runs == false(),
        )
        .order_by(_D.next_run_after)
        .limit(limit)
    )  # fmt: skip
    return [LateDag(*row) for row in tx.execute(query)]


def stuck_runs(tx: Tx, workspace: str, before: datetime, limit: int) -> list[Stuck]:
    """Queued runs of paused DAGs, and of others those that wait since before then; by DAG, the most first."""
    query = (
        select(_R.dag_id, _D.is_paused, _R.queued_at, _R.run_after)
        .join(t.dag, and_(_D.workspace == _R.workspace, _D.dag_id == _R.dag_id))
        .where(
            *_of_state(tx, workspace, RunState.QUEUED),
            _R.backfill.is_(None),
            or_(_D.is_paused == true(), _R.queued_at < before),
        )
        .limit(QUEUED_LOOKED_AT)
    )
    found: dict[tuple[str, bool], list[datetime]] = {}
    for dag_id, is_paused, queued_at, run_after in tx.execute(query):
        found.setdefault((dag_id, bool(is_paused)), []).append(queued_at or run_after)
    stuck = [Stuck(dag_id, paused, len(since), min(since)) for (dag_id, paused), since in found.items()]
    return sorted(stuck, key=lambda one: (-one.count, one.dag_id))[:limit]


def _of_state(tx: Tx, workspace: str, state: RunState) -> list[ColumnElement[bool]]:
    """Conditions for the few runs in a state that does not last: found by it, and by nothing else."""
    return [unsteered(tx, _R.workspace == workspace), _R.state == state]


def night_runs(tx: Tx, workspace: str, since: datetime, limit: int) -> list[NightRun]:
    """The runs that started since then, the newest first, and all that run."""
    columns = (_R.dag_id, _R.run_id, _R.state, _R.start_date, _R.end_date)
    query = select(*columns).where(_R.workspace == workspace, _R.start_date >= since)
    older = select(*columns).where(
        *_of_state(tx, workspace, RunState.RUNNING),
        unsteered(tx, or_(_R.start_date < since, _R.start_date.is_(None))),
    )
    found = [NightRun(*row) for row in tx.execute(query.order_by(_R.start_date.desc()).limit(limit))]
    return found + [NightRun(*row) for row in tx.execute(older.limit(limit))]


def firings(tx: Tx, workspace: str, until: datetime, limit: int, dag_ids: Sequence[str] | None = None) -> list[Firing]:
    """The next firing of active DAGs, where it comes before then, the soonest first.

    Args:
        dag_ids: only of these.
    """
    conditions = [
        _D.workspace == workspace, _D.is_paused == false(), _D.is_stale == false(), _D.next_run_after.is_not(None),
        _D.next_run_after <= until,
    ]  # fmt: skip
    if dag_ids is not None:
        conditions.append(_D.dag_id.in_(dag_ids))
    query = (
        select(_D.dag_id, _D.version_id, _D.next_run_after, _D.next_interval_start, _D.next_interval_end)
        .where(*conditions)
        .order_by(_D.next_run_after, _D.dag_id)
        .limit(limit)
    )
    return [
        Firing(dag_id, version_id, at, None if start is None or end is None else (start, end))
        for dag_id, version_id, at, start, end in tx.execute(query)
    ]
