"""What the scheduler's memory is rebuilt from: DAGs with their newest version, runs that have not ended.

The number of queries does not depend on how many DAGs, runs or instances there are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, select, tuple_

from tradewind.base.errors import NotFound
from tradewind.core.commands import SaveTask
from tradewind.core.events import RunFacts
from tradewind.core.image import RunImage, TaskImage
from tradewind.core.states import RunState, TaskState
from tradewind.core.timeline import PastRun
from tradewind.db import tables as t
from tradewind.db.dags import IN_PROCESS
from tradewind.db.engine import Tx
from tradewind.db.versions import Specs, specs_of_versions
from tradewind.spec import DagKey, DagSpec

__all__ = [
    "PAST_RUNS", "DagImage", "DagImages", "VersionImage", "facts_of_run", "load_dag", "load_dags", "load_versions", "run_image", "saved_tasks",
    "unfinished_runs",
]  # fmt: skip

PAST_RUNS = 100
"""How many ended runs of a DAG are looked back at, where its tasks depend on the past."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DagImage:
    """A DAG as the scheduler wants to know it."""

    dag: DagKey
    version_id: str
    spec: DagSpec
    is_paused: bool
    is_stale: bool
    """No file of the DAGs folder holds it: it is not scheduled, runs that began end."""
    latest: RunFacts | None
    """The latest run that the schedule asked for."""
    failed_in_a_row: int
    """Runs that failed since the last success; counted only where the DAG has a limit for them."""
    past: tuple[PastRun, ...]
    """How its last runs ended, where its tasks depend on the past."""


@dataclass(frozen=True, slots=True)
class VersionImage:
    """An older version that runs are bound to."""

    dag: DagKey
    version_id: str
    spec: DagSpec


_D, _R, _I = t.dag.c, t.dag_run.c, t.task_instance.c
_FACTS = (
    _R.uid, _R.workspace, _R.dag_id, _R.run_id, _R.run_type, _R.logical_date, _R.interval_start, _R.interval_end,
    _R.run_after, _R.queued_at, _R.version_id, _R.conf, _R.triggered_by, _R.triggering_user, _R.note,
    _R.backfill, _R.partition_key, _R.partition_date, _R.retry_of, _R.reason,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DagImages:
    """The DAGs at a start."""

    awake: list[DagImage]
    """Those that may do something by themselves, or have something under way."""
    asleep: set[DagKey]
    """The others: nothing happens to them until an event names them. `load_dag` tells what the scheduler must know then."""


def load_dags(tx: Tx, specs: Specs | None = None) -> DagImages:
    """All DAGs that have a version; of those that are asleep the key only."""
    rows = tx.execute(_DAGS).all()
    busy = _busy_dags(tx)

    def is_awake(row: Any) -> bool:
        has_schedule = row.timetable_kind != "none" and not (row.is_stale or row.bundle_name == IN_PROCESS)
        return has_schedule or (row.workspace, row.dag_id) in busy

    awake = [row for row in rows if is_awake(row)]
    asleep = {DagKey(row.workspace, row.dag_id) for row in rows} - {DagKey(row.workspace, row.dag_id) for row in awake}
    return DagImages(_dag_images(tx, specs or Specs(), awake, None) if awake else [], asleep)


def load_dag(tx: Tx, dag: DagKey, specs: Specs | None = None) -> DagImage | None:
    """One DAG; None where it is gone, or has no version."""
    rows = tx.execute(_DAGS.where(_D.workspace == dag.workspace, _D.dag_id == dag.dag_id)).all()
    return next(iter(_dag_images(tx, specs or Specs(), rows, dag)), None)


_DAGS = select(
    _D.workspace, _D.dag_id, _D.version_id, _D.is_paused, _D.is_stale, _D.bundle_name, _D.timetable_kind
).where(_D.version_id.is_not(None))


def _busy_dags(tx: Tx) -> set[tuple[str, str]]:
    """What has unfinished runs, active backfills or deadlines ahead, or names assets: others may mean these by half a name."""
    under_way = (
        select(_R.workspace, _R.dag_id).where(_R.state.in_((RunState.QUEUED.value, RunState.RUNNING.value))),
        select(t.backfill.c.workspace, t.backfill.c.dag_id).where(t.backfill.c.completed_at.is_(None)),
        select(t.deadline.c.workspace, t.deadline.c.dag_id).where(t.deadline.c.state == "pending"),
        select(t.asset_queue.c.workspace, t.asset_queue.c.dag_id),
        select(t.asset_reference.c.workspace, t.asset_reference.c.dag_id),
    )
    return {(workspace, dag_id) for query in under_way for workspace, dag_id in tx.execute(query.distinct())}


def _dag_images(tx: Tx, specs: Specs, rows: Sequence[Any], only: DagKey | None) -> list[DagImage]:
    known = specs_of_versions(tx, specs, [row.version_id for row in rows])
    latest = _latest_scheduled(tx, only)
    failed = _failed_in_a_row(tx, only)
    past = _past(tx, [DagKey(r.workspace, r.dag_id) for r in rows if _asks_past(known.get(r.version_id))])
    return [
        DagImage(
            dag=(dag := DagKey(row.workspace, row.dag_id)),
            version_id=row.version_id,
            spec=known[row.version_id],
            is_paused=row.is_paused,
            is_stale=row.is_stale or row.bundle_name == IN_PROCESS,
            latest=latest.get(dag),
            failed_in_a_row=failed.get(dag, 0),
            past=tuple(past.get(dag, ())),
        )
        for row in rows
        if row.version_id in known
    ]


def load_versions(tx: Tx, runs: Sequence[RunImage], specs: Specs | None = None) -> list[VersionImage]:
    """The versions that these runs are bound to."""
    bound = {image.facts.version_id: image.facts.dag for image in runs}
    known = specs_of_versions(tx, specs or Specs(), bound)
    return [
        VersionImage(dag, version_id, known[version_id]) for version_id, dag in bound.items() if version_id in known
    ]


def unfinished_runs(tx: Tx) -> list[RunImage]:
    """Queued and running runs with their instances, the oldest first.

    A run that was asked for and not yet seen by a scheduler is bound to its DAG's newest version.
    """
    return _images(tx, _R.state.in_((RunState.QUEUED.value, RunState.RUNNING.value)))


def run_image(tx: Tx, uid: str) -> RunImage:
    """One run with its instances, in whatever state.

    Raises:
        NotFound: no such run.
    """
    found = _images(tx, _R.uid == uid)
    if not found:
        raise NotFound(f"there is no run {uid!r}", uid=uid)
    return found[0]


def facts_of_run(tx: Tx, uid: str) -> RunFacts:
    """What never changes about a run.

    Raises:
        NotFound: no such run.
    """
    row = tx.execute(select(*_FACTS).where(_R.uid == uid)).first()
    if row is None:
        raise NotFound(f"there is no run {uid!r}", uid=uid)
    return _facts(row)


# -- DAGs ------------------------------------------------------------------------------------------------------------


def _asks_past(spec: DagSpec | None) -> bool:
    return spec is not None and any(task.depends_on_past or task.wait_for_downstream for task in spec.tasks)


def _of(dag: DagKey | None) -> tuple[ColumnElement[bool], ...]:
    """That a row of `dag` is this one; None: it may be any."""
    return () if dag is None else (_D.workspace == dag.workspace, _D.dag_id == dag.dag_id)


def _latest_scheduled(tx: Tx, only: DagKey | None) -> dict[DagKey, RunFacts]:
    other = t.dag_run.alias("other")
    newest = (
        select(other.c.uid)
        .where(other.c.workspace == _D.workspace, other.c.dag_id == _D.dag_id, other.c.run_type == "scheduled")
        .order_by(other.c.run_after.desc())
        .limit(1)
        .correlate(t.dag)
        .scalar_subquery()
    )
    rows = tx.execute(select(*_FACTS).select_from(t.dag.join(t.dag_run, _R.uid == newest)).where(*_of(only)))
    return {facts.dag: facts for facts in map(_facts, rows)}


def _failed_in_a_row(tx: Tx, only: DagKey | None) -> dict[DagKey, int]:
    other = t.dag_run.alias("other")
    later_success = exists().where(
        other.c.workspace == _R.workspace,
        other.c.dag_id == _R.dag_id,
        other.c.state == RunState.SUCCESS.value,
        other.c.run_after >= _R.run_after,
    )
    rows = tx.execute(
        select(_R.workspace, _R.dag_id, func.count())
        .join(t.dag, and_(_D.workspace == _R.workspace, _D.dag_id == _R.dag_id))
        .where(*_of(only), _D.max_consecutive_failed_dag_runs > 0, _R.state == RunState.FAILED.value, ~later_success)
        .group_by(_R.workspace, _R.dag_id)
    )
    return {DagKey(workspace, dag_id): count for workspace, dag_id, count in rows}


def _past(tx: Tx, dags: Sequence[DagKey]) -> dict[DagKey, list[PastRun]]:
    if not dags:
        return {}
    place = func.row_number().over(partition_by=(_R.workspace, _R.dag_id), order_by=_R.logical_date.desc())
    recent = (
        select(_R.uid, _R.workspace, _R.dag_id, _R.logical_date, _R.run_type, place.label("place"))
        .where(
            tuple_(_R.workspace, _R.dag_id).in_([tuple(dag) for dag in dags]),
            _R.state.in_((RunState.SUCCESS.value, RunState.FAILED.value)),
            _R.logical_date.is_not(None),
        )
        .subquery()
    )
    bad = case((_I.state.in_((TaskState.SUCCESS.value, TaskState.SKIPPED.value)), 0), else_=1)
    r = recent.c
    rows = tx.execute(
        select(r.uid, r.workspace, r.dag_id, r.logical_date, r.run_type, _I.task_id, func.sum(bad))
        .join_from(recent, t.task_instance, _I.run_uid == r.uid)
        .where(r.place <= PAST_RUNS)
        .group_by(r.uid, r.workspace, r.dag_id, r.logical_date, r.run_type, _I.task_id)
        .order_by(r.uid)
    )
    tasks: dict[tuple[DagKey, str, datetime, bool], dict[str, bool]] = {}
    for uid, workspace, dag_id, logical_date, run_type, task_id, unsuccessful in rows:
        run = (DagKey(workspace, dag_id), uid, logical_date, run_type == "manual")
        tasks.setdefault(run, {})[task_id] = bool(unsuccessful)
    found: dict[DagKey, list[PastRun]] = {}
    for (dag, uid, logical_date, is_manual), of in tasks.items():
        failed = frozenset(task_id for task_id, is_bad in of.items() if is_bad)
        found.setdefault(dag, []).append(PastRun(uid, logical_date, is_manual, frozenset(of), failed))
    return found


# -- runs ------------------------------------------------------------------------------------------------------------


def _facts(row: Sequence[Any], version_id: str | None = None) -> RunFacts:
    (
        uid, workspace, dag_id, run_id, run_type, logical_date, interval_start, interval_end, run_after, queued_at,
        bound_to, conf, triggered_by, triggering_user, note, backfill, partition_key, partition_date, retry_of, reason,
    ) = row  # fmt: skip
    return RunFacts(
        uid=uid,
        dag=DagKey(workspace, dag_id),
        run_id=run_id,
        run_type=run_type,
        logical_date=logical_date,
        interval_start=interval_start,
        interval_end=interval_end,
        run_after=run_after,
        queued_at=queued_at or run_after,
        version_id=bound_to or version_id or "",
        conf=conf,
        triggered_by=triggered_by,
        triggering_user=triggering_user,
        note=note,
        backfill=backfill,
        partition_key=partition_key,
        partition_date=partition_date,
        retry_of=retry_of,
        reason=reason,
    )


def _images(tx: Tx, condition: ColumnElement[bool]) -> list[RunImage]:
    runs = tx.execute(
        select(_D.version_id, _R.state, _R.start_date, _R.end_date, _R.clear_number, _R.retries, _R.retry_at, *_FACTS)
        .join(t.dag, and_(_D.workspace == _R.workspace, _D.dag_id == _R.dag_id))
        .where(condition)
        .order_by(_R.run_after, _R.uid)
    ).all()
    tasks = _tasks(tx, condition) if runs else {}
    return [
        RunImage(
            facts=(facts := _facts(about, newest)),
            state=RunState(state),
            start_date=start_date,
            end_date=end_date,
            clear_number=clear_number,
            retries=retries,
            retry_at=retry_at,
            tasks=tasks.get(facts.uid, ()),
        )
        for newest, state, start_date, end_date, clear_number, retries, retry_at, *about in runs
    ]


_SAVED = (
    "run_uid", "task_id", "map_index", "state", "try_number", "max_tries", "attempt", "losses", "scheduled_at",
    "queued_at", "start_date", "end_date", "next_at", "skipped_by", "reason", "resume",
)  # fmt: skip
_STATES: Mapping[str | None, TaskState | None] = {None: None, **{state.value: state for state in TaskState}}


def _tasks(tx: Tx, condition: ColumnElement[bool]) -> dict[str, list[TaskImage]]:
    pushed = _pushed(tx, condition)
    query = (
        select(*(_I[name] for name in _SAVED), _I.map_path)
        .join(t.dag_run, _R.uid == _I.run_uid)
        .where(condition)
        .order_by(_I.run_uid, _I.task_id, _I.map_index)
    )
    found: dict[str, list[TaskImage]] = {}
    nothing: tuple[frozenset[str], tuple[tuple[str, int], ...]] = (frozenset(), ())
    for *row, path in tx.execute(query):
        save = _save(row)
        keys, lengths = pushed.get((save.run_uid, save.task_id, save.map_index), nothing)
        found.setdefault(save.run_uid, []).append(
            TaskImage(save=save, pushed=keys, lengths=lengths, path=tuple(map(int, path.split("/"))) if path else ())
        )
    return found


def saved_tasks(tx: Tx, *conditions: ColumnElement[bool], limit: int) -> list[SaveTask]:
    """Task instances as they were last saved, in the order of their map indexes."""
    query = select(*(_I[name] for name in _SAVED)).where(*conditions).order_by(_I.map_index).limit(limit)
    return [_save(row) for row in tx.execute(query)]


def _save(row: Sequence[Any]) -> SaveTask:
    (
        run_uid, task_id, map_index, state, try_number, max_tries, attempt, losses, scheduled_at, queued_at, start_date,
        end_date, next_at, skipped_by, reason, resume,
    ) = row  # fmt: skip
    return SaveTask(
        run_uid=run_uid,
        task_id=task_id,
        map_index=map_index,
        state=_STATES[state],
        try_number=try_number,
        max_tries=max_tries,
        attempt=attempt,
        losses=losses,
        scheduled_at=scheduled_at,
        queued_at=queued_at,
        start_date=start_date,
        end_date=end_date,
        next_at=next_at,
        skipped_by=skipped_by,
        reason=reason,
        resume=resume,
    )


def _pushed(
    tx: Tx, condition: ColumnElement[bool]
) -> dict[tuple[str, str, int], tuple[frozenset[str], tuple[tuple[str, int], ...]]]:
    """What each instance left behind: keys of its XComs that are not None, and the lengths of collections."""
    x = t.xcom.c
    query = (
        select(x.run_uid, x.task_id, x.map_index, x.key, x.length, x.is_none)
        .join(t.dag_run, _R.uid == x.run_uid)
        .where(condition)
    )
    keys: dict[tuple[str, str, int], list[tuple[str, int | None]]] = {}
    for run_uid, task_id, map_index, key, length, is_none in tx.execute(query):
        of = keys.setdefault((run_uid, task_id, map_index), [])
        if not is_none:
            of.append((key, length))
    return {
        owner: (
            frozenset(key for key, _ in of),
            tuple(sorted((key, length) for key, length in of if length is not None)),
        )
        for owner, of in keys.items()
    }
