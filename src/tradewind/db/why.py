"""Gathers from the rows what `core.why` finds causes in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func, or_, select

from tradewind.base.errors import NotFound
from tradewind.core.commands import SaveTask
from tradewind.core.states import RunState, TaskState
from tradewind.core.why import (
    AssetWait,
    AttemptFacts,
    BackfillUse,
    DagScene,
    FailedTask,
    Hand,
    PoolUse,
    RunScene,
    TaskScene,
    Use,
    Waiting,
)
from tradewind.db import tables as t
from tradewind.db.dags import get_dag
from tradewind.db.engine import Tx
from tradewind.db.images import facts_of_run, saved_tasks
from tradewind.db.task_api import previous_run
from tradewind.db.versions import Specs, spec_of_version
from tradewind.spec import DagKey, DagSpec, TaskSpec
from tradewind.spec.assets import asset_schedule, leaves

__all__ = ["InstanceName", "Server", "dag_scene", "run_scene", "task_scene"]

_R, _I, _A, _E = t.dag_run.c, t.task_instance.c, t.attempt.c, t.event_log.c
_ACTIVE = tuple(state.value for state in (TaskState.QUEUED, TaskState.RUNNING, TaskState.RESTARTING))
_UNFINISHED_RUNS = (RunState.QUEUED.value, RunState.RUNNING.value)
HOLDERS_SHOWN = 20
FAILURES_SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """What is known of the processes, and of the limits that they were given."""

    now: datetime
    is_scheduler_alive: bool
    scheduler_beat: datetime | None
    is_triggerer_alive: bool
    parallelism: int


# -- DAGs -------------------------------------------------------------------------------------------------------------


def dag_scene(tx: Tx, specs: Specs, dag: DagKey, server: Server) -> DagScene:
    """The DAG as it is now.

    Raises:
        NotFound: no such DAG, or no version of it yet.
    """
    record = get_dag(tx, dag)
    if record.version_id is None:
        raise NotFound(f"{dag.dag_id} has no version yet: its file was never read to its end", dag_id=dag.dag_id)
    return _dag_scene(tx, dag, spec_of_version(tx, specs, record.version_id), server)


def _dag_scene(tx: Tx, dag: DagKey, spec: DagSpec, server: Server) -> DagScene:
    record = get_dag(tx, dag)
    broken = t.import_error.c
    error = tx.scalar(
        select(broken.stacktrace).where(
            broken.workspace == dag.workspace,
            broken.bundle_name == record.bundle_name,
            broken.relative_fileloc == record.relative_fileloc,
        )
    )
    active = tx.execute(
        select(_R.run_id, _R.state).where(
            _R.workspace == dag.workspace,
            _R.dag_id == dag.dag_id,
            _R.state.in_(_UNFINISHED_RUNS),
            or_(_R.backfill.is_(None), _R.backfill.not_in(_active_backfills())),
        )
    )
    return DagScene(
        now=server.now,
        dag_id=dag.dag_id,
        spec=spec,
        is_paused=record.is_paused,
        is_stale=record.is_stale,
        paused=_hand(tx, dag, ("patch_dag", "patch_dags")) if record.is_paused else None,
        import_error=error,
        relative_fileloc=record.relative_fileloc,
        next_run_after=record.next_run_after,
        active_runs={run_id: RunState(state) for run_id, state in active},
        failed_in_a_row=_failed_in_a_row(tx, dag) if record.is_paused else 0,
        is_scheduler_alive=server.is_scheduler_alive,
        scheduler_beat=server.scheduler_beat,
        assets=_asset_waits(tx, dag, spec),
        is_clocked="timetable" in spec.schedule.args or spec.schedule.kind != "assets",
        refused=_refusal(tx, dag),
    )


def _asset_waits(tx: Tx, dag: DagKey, spec: DagSpec) -> tuple[AssetWait, ...]:
    """What the DAG's condition waits for, each with the last event of it that no run has taken."""
    schedule = asset_schedule(spec.schedule)
    if schedule is None:
        return ()
    q, e, a = t.asset_queue.c, t.asset_event.c, t.asset.c
    waiting = tx.execute(
        select(a.name, a.uri, e.timestamp, e.source_dag_id, e.source_task_id, e.told_by, e.uid, q.target)
        .select_from(t.asset_queue)
        .join(t.asset_event, e.uid == q.event_uid)
        .join(t.asset, a.id == e.asset_id)
        .where(q.workspace == dag.workspace, q.dag_id == dag.dag_id)
        .order_by(e.timestamp)
    ).all()
    by_alias = _aliases(tx, [row.uid for row in waiting])
    found: list[AssetWait] = []
    for leaf in leaves(schedule.condition):
        rows = [
            r for r in waiting if leaf.names(r.name, r.uri) or (leaf.kind == "alias" and leaf.name in by_alias[r.uid])
        ]
        last = rows[-1] if rows else None
        source = "" if last is None else last.told_by or f"task {last.source_task_id} of {last.source_dag_id}"
        found.append(AssetWait(name=leaf.label, arrived_at=None if last is None else last.timestamp, source=source))
    return tuple(found)


def _aliases(tx: Tx, events: Sequence[str]) -> Mapping[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    if events:
        named, alias = t.asset_event_alias.c, t.asset_alias.c
        query = select(named.event_uid, alias.name).join(t.asset_alias, alias.id == named.alias_id)
        for uid, name in tx.execute(query.where(named.event_uid.in_(events))):
            found[uid].add(name)
    return found


def _refusal(tx: Tx, dag: DagKey) -> str | None:
    """Why the last event of an asset could not be taken, where that was so."""
    c = t.asset_refusal.c
    query = select(c.reason).where(c.workspace == dag.workspace, c.dag_id == dag.dag_id).order_by(c.at.desc()).limit(1)
    return tx.scalar(query)


def _failed_in_a_row(tx: Tx, dag: DagKey) -> int:
    ends = tx.execute(
        select(_R.state)
        .where(_R.workspace == dag.workspace, _R.dag_id == dag.dag_id, _R.state.not_in(_UNFINISHED_RUNS))
        .order_by(_R.run_after.desc())
        .limit(1000)
    ).scalars()
    count = 0
    for state in ends:
        if state != RunState.FAILED.value:
            break
        count += 1
    return count


def _hand(tx: Tx, dag: DagKey, events: Sequence[str], *more: ColumnElement[bool]) -> Hand | None:
    row = tx.execute(
        select(_E.event, _E.owner, _E.timestamp)
        .where(_E.workspace == dag.workspace, _E.dag_id == dag.dag_id, _E.event.in_(events), *more)
        .order_by(_E.id.desc())
        .limit(1)
    ).first()
    return None if row is None else Hand(event=row[0], by=row[1], at=row[2])


# -- runs -------------------------------------------------------------------------------------------------------------


def run_scene(tx: Tx, specs: Specs, dag: DagKey, run_id: str, server: Server) -> RunScene:
    """The run as it is now.

    Raises:
        NotFound: no such DAG or run.
    """
    record = get_dag(tx, dag)
    row = tx.execute(
        select(_R.uid, _R.state, _R.start_date, _R.end_date, _R.retries, _R.retry_at).where(
            _R.workspace == dag.workspace, _R.dag_id == dag.dag_id, _R.run_id == run_id
        )
    ).first()
    if row is None:
        raise NotFound(f"{dag.dag_id} has no run {run_id!r}", dag_id=dag.dag_id, run_id=run_id)
    uid, state, start_date, end_date, retries, retry_at = row
    facts = facts_of_run(tx, uid)
    spec = spec_of_version(tx, specs, facts.version_id or record.version_id or "")
    return RunScene(
        dag=_dag_scene(tx, dag, spec, server),
        facts=facts,
        state=RunState(state),
        start_date=start_date,
        end_date=end_date,
        counts=_counts(tx, uid),
        failed=_failures(tx, uid) if end_date is not None else (),
        hand=_run_hand(tx, dag, run_id, start_date) if end_date is not None else None,
        backfill=_backfill(tx, facts.backfill),
        retries=retries,
        retry_at=retry_at,
    )


def _active_backfills() -> Select[tuple[str]]:
    return select(t.backfill.c.uid).where(t.backfill.c.completed_at.is_(None))


def _backfill(tx: Tx, uid: str | None) -> BackfillUse | None:
    """The active backfill that a run is part of."""
    b = t.backfill.c
    row = None
    if uid is not None:
        row = tx.execute(select(b.id, b.max_active_runs).where(b.uid == uid, b.completed_at.is_(None))).first()
    if row is None:
        return None
    of = select(func.count()).where(_R.backfill == uid, _R.state == RunState.RUNNING.value)
    return BackfillUse(number=row.id, running=int(tx.scalar(of)), limit=row.max_active_runs)


def _run_hand(tx: Tx, dag: DagKey, run_id: str, since: datetime | None) -> Hand | None:
    later = () if since is None else (_E.timestamp >= since,)
    return _hand(tx, dag, ("patch_dag_run",), _E.run_id == run_id, _E.extra.contains('"state"'), *later)


def _counts(tx: Tx, uid: str) -> dict[str, dict[TaskState | None, int]]:
    found: dict[str, dict[TaskState | None, int]] = {}
    rows = tx.execute(
        select(_I.task_id, _I.state, func.count()).where(_I.run_uid == uid).group_by(_I.task_id, _I.state)
    )
    for task_id, state, count in rows:
        found.setdefault(task_id, {})[None if state is None else TaskState(state)] = count
    return found


def _failures(tx: Tx, uid: str) -> tuple[FailedTask, ...]:
    rows = tx.execute(
        select(_I.task_id, _I.map_index, func.coalesce(_A.reason, _I.reason))
        .select_from(t.task_instance.outerjoin(t.attempt, _A.id == _I.attempt))
        .where(_I.run_uid == uid, _I.state == TaskState.FAILED.value)
        .order_by(_I.end_date, _I.task_id, _I.map_index)
        .limit(FAILURES_SHOWN)
    )
    return tuple(FailedTask(task_id=task, map_index=index, reason=reason or "") for task, index, reason in rows)


# -- task instances ---------------------------------------------------------------------------------------------------


class InstanceName(NamedTuple):
    """A task instance by its names."""

    run_id: str
    task_id: str
    map_index: int = -1
    """-1 of an expanded task: its first instance that is not successful, else its first."""


def task_scene(tx: Tx, specs: Specs, dag: DagKey, name: InstanceName, server: Server) -> TaskScene:
    """The instance as it is now.

    Raises:
        NotFound: no such DAG, run, task or instance.
    """
    run_id, task_id, map_index = name
    run = run_scene(tx, specs, dag, run_id, server)
    uid = run.facts.uid
    task = next((one for one in run.dag.spec.tasks if one.task_id == task_id), None)
    instance = _instance(tx, uid, task_id, map_index)
    if task is None or instance is None:
        index = "" if map_index < 0 else f" with map_index {map_index}"
        raise NotFound(f"run {run_id!r} has no task {task_id!r}{index}", task_id=task_id, map_index=map_index)
    return TaskScene(
        run=run,
        task=task,
        instance=instance,
        attempt=_attempt(tx, instance.attempt),
        waiting=_waiting(tx, instance, server),
        pool=_pool(tx, dag.workspace, task.pool),
        limits=_limits(tx, run, task, server),
        ahead=_ahead(tx, task, instance),
        hand=_hand(tx, dag, _TASK_HANDS, _E.run_id == run_id),
        first_of=lambda other, state: _first_of(tx, uid, other, state),
        past=_past(tx, uid, task) if task.depends_on_past or task.wait_for_downstream else None,
    )


_TASK_HANDS = (
    "patch_task_instance", "patch_task_instance_by_map_index", "bulk_task_instances", "patch_task_group_instances",
    "patch_dag_run",
)  # fmt: skip


def _instance(tx: Tx, uid: str, task_id: str, map_index: int) -> SaveTask | None:
    conditions = [_I.run_uid == uid, _I.task_id == task_id]
    if map_index >= 0:
        conditions.append(_I.map_index == map_index)
        return next(iter(saved_tasks(tx, *conditions, limit=1)), None)
    pending = saved_tasks(tx, *conditions, func.coalesce(_I.state, "") != TaskState.SUCCESS.value, limit=1)
    return next(iter(pending or saved_tasks(tx, *conditions, limit=1)), None)


def _first_of(tx: Tx, uid: str, task_id: str, state: TaskState) -> SaveTask | None:
    found = saved_tasks(tx, _I.run_uid == uid, _I.task_id == task_id, _I.state == state.value, limit=1)
    return found[0] if found else None


def _attempt(tx: Tx, attempt: str | None) -> AttemptFacts | None:
    if attempt is None:
        return None
    row = tx.execute(
        select(_A.started_at, _A.ended_at, _A.outcome, _A.reason, _A.error, _A.hostname, _A.pid).where(_A.id == attempt)
    ).first()
    if row is None:
        return None
    started_at, ended_at, outcome, reason, error, hostname, pid = row
    return AttemptFacts(
        started_at=started_at,
        ended_at=ended_at,
        outcome=outcome,
        reason=reason,
        error=error,
        hostname=hostname,
        pid=pid,
    )


def _waiting(tx: Tx, instance: SaveTask, server: Server) -> Waiting | None:
    if instance.state is TaskState.DEFERRED:
        w = t.trigger.c
        row = tx.execute(select(w.classpath, w.created_at, w.timeout_at).where(w.id == instance.attempt)).first()
        if row is not None:
            name = row[0].rpartition(".")[2]
            return Waiting(what=name, since=row[1], until=row[2], is_watched=server.is_triggerer_alive)
    if instance.state is TaskState.AWAITING_INPUT:
        w = t.input_request.c
        row = tx.execute(select(w.form, w.created_at, w.deadline).where(w.id == instance.attempt)).first()
        if row is not None:
            return Waiting(what=str(row[0].get("subject", "")), since=row[1], until=row[2])
    return None


def _pool(tx: Tx, workspace: str, name: str) -> PoolUse | None:
    # Whose tasks hold the slots is told as far as it may be seen; how many are held is told to all who wait for them.
    slots = tx.whole.scalar(select(t.pool.c.slots).where(t.pool.c.workspace == workspace, t.pool.c.name == name))
    if slots is None:
        return None
    active = (_I.workspace == workspace, _I.pool == name, _I.state.in_(_ACTIVE))
    used = tx.whole.scalar(select(func.coalesce(func.sum(_I.pool_slots), 0)).where(*active))
    holders = tx.execute(
        select(_I.dag_id, _I.task_id).where(*active).order_by(_I.start_date, _I.task_id).limit(HOLDERS_SHOWN)
    )
    return PoolUse(slots=slots, used=used, holders=tuple(f"{dag_id}.{task_id}" for dag_id, task_id in holders))


def _limits(tx: Tx, run: RunScene, task: TaskSpec, server: Server) -> Mapping[str, Use]:
    def active(*conditions: ColumnElement[bool]) -> int:
        counted = select(func.count()).select_from(t.task_instance).where(_I.state.in_(_ACTIVE), *conditions)
        return int(tx.whole.scalar(counted) or 0)

    uid, dag = run.facts.uid, run.facts.dag
    found = {
        "max_active_tasks": Use(active(_I.run_uid == uid), run.dag.spec.max_active_tasks),
        "parallelism": Use(active(), server.parallelism),
    }
    if task.max_active_tis_per_dagrun is not None:
        used = active(_I.run_uid == uid, _I.task_id == task.task_id)
        found["max_active_tis_per_dagrun"] = Use(used, task.max_active_tis_per_dagrun)
    if task.max_active_tis_per_dag is not None:
        used = active(_I.workspace == dag.workspace, _I.dag_id == dag.dag_id, _I.task_id == task.task_id)
        found["max_active_tis_per_dag"] = Use(used, task.max_active_tis_per_dag)
    return found


def _ahead(tx: Tx, task: TaskSpec, instance: SaveTask) -> int:
    if instance.state is not TaskState.SCHEDULED:
        return 0
    waiting = (_I.state == TaskState.SCHEDULED.value, _I.pool == task.pool, _I.priority_weight > task.priority_weight)
    return int(tx.whole.scalar(select(func.count()).select_from(t.task_instance).where(*waiting)) or 0)


def _past(tx: Tx, uid: str, task: TaskSpec) -> str | None:
    before = previous_run(tx, uid)
    if before is None:
        return None
    states: Sequence[Any] = (
        tx.execute(select(_I.state).where(_I.run_uid == before.info.uid, _I.task_id == task.task_id).distinct())
        .scalars()
        .all()
    )
    words = ", ".join(sorted(state or "not started" for state in states)) or "not there"
    return f"{task.task_id} is {words} in {before.info.run_id}"
