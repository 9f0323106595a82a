"""Deadlines: by when runs, tasks, and runs that the schedule asks for must have succeeded.

Each is told once: met, where what it is about succeeded in time; missed, where its moment came first, and then the
code that wants to hear of it is called. A run that failed has not met its deadline: it still may, if it is cleared. The
clock decides, not the worker: a run that hangs, never starts or was never made is missed like any other.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tradewind.core.commands import RunCallback, SaveDeadline
from tradewind.core.states import SKIPPED, SUCCESS, RunState
from tradewind.core.timers import after
from tradewind.spec import DagKey, DeadlineSpec
from tradewind.timetables import NextRun

if TYPE_CHECKING:
    from tradewind.core.dag import Dag
    from tradewind.core.events import DeadlineKnown
    from tradewind.core.machine import Machine
    from tradewind.core.run import Run

__all__ = [
    "DURATIONS_KEPT",
    "arm",
    "due",
    "expect",
    "forget_dag",
    "forget_run",
    "known",
    "predict",
    "queued_again",
    "settle",
]

DURATIONS_KEPT = 200
"""Runs of a DAG whose durations are remembered for an average, at most."""


def _save(m: Machine, deadline: SaveDeadline) -> None:
    """Store a pending deadline and wake up for it."""
    m.deadlines.put(deadline)
    m.timers.set(("deadline", deadline.id), deadline.at)
    m.facts.append(deadline)


def _end(m: Machine, deadline: SaveDeadline, state: str, reason: str = "") -> SaveDeadline:
    ended = replace(deadline, state=state, ended_at=m.now, reason=reason)
    m.deadlines.take(deadline)
    m.timers.drop(("deadline", deadline.id))
    m.facts.append(ended)
    return ended


# -- a run is made -------------------------------------------------------------------------------------------------------


def arm(m: Machine, run: Run) -> None:
    """A run of a DAG with deadlines is made: note each of them."""
    spec = run.graph.spec
    for alert, deadline in enumerate(spec.deadlines):
        if deadline.reference == "expected":
            _attach(m, run, alert)
        else:
            _arm_one(m, run, deadline, alert, None)
    for task in spec.tasks:
        for alert, deadline in enumerate(task.deadlines):
            _arm_one(m, run, deadline, alert, task.task_id)


def _arm_one(m: Machine, run: Run, spec: DeadlineSpec, alert: int, task_id: str | None) -> None:
    if spec.reference == "asked":
        asked = _of(m, run, spec, m.now, alert=alert, task_id=task_id)
        m.effects.append(
            RunCallback(run.uid, run.facts.dag, run.version_id, "resolve_deadline", "", task_id, deadline=asked)
        )
        return
    start = _start_of(m, run, spec)
    if start is not None:
        _save(m, _of(m, run, spec, after(start, spec.interval_s), alert=alert, task_id=task_id))


def _start_of(m: Machine, run: Run, spec: DeadlineSpec) -> datetime | None:
    """The moment that a deadline is counted from; None: this run has none."""
    facts = run.facts
    match spec.reference:
        case "logical_date":
            return None if facts.run_type == "backfill" else facts.logical_date  # what is made up for is late by nature
        case "queued_at":
            return run.queued_at
        case "fixed":
            return spec.at
        case "average_runtime":
            average_s = m.deadlines.average(facts.dag, spec)
            return None if average_s is None else after(m.now, average_s)
        case _:
            return None


def _of(m: Machine, run: Run, spec: DeadlineSpec, at: datetime, *, alert: int, task_id: str | None) -> SaveDeadline:
    return SaveDeadline(
        id=m.ids.new(),
        dag=run.facts.dag,
        version_id=run.version_id,
        run_uid=run.uid,
        alert=alert,
        at=at,
        created_at=m.now,
        task_id=task_id,
        name=spec.name,
        reference=spec.reference_name or spec.reference,
    )


def known(m: Machine, event: DeadlineKnown) -> None:
    """The code has said when a deadline is."""
    run = m.runs.get(event.run_uid)
    if run is None or event.at is None or run.state is RunState.SUCCESS:
        return
    specs = run.graph.spec.deadlines
    if event.task_id is not None:
        node = run.graph.index.get(event.task_id)
        specs = () if node is None else run.graph.nodes[node].spec.deadlines
    same = any((d.alert, d.task_id) == (event.alert, event.task_id) for d in m.deadlines.of_run(run.uid))
    if event.alert < len(specs) and not same:
        _save(m, _of(m, run, specs[event.alert], event.at, alert=event.alert, task_id=event.task_id))


def predict(m: Machine, run: Run) -> None:
    """A run starts: say now which of its deadlines it is likely to miss, from how long the last ones took."""
    durations = m.deadlines.durations.get(run.facts.dag)
    if not durations:
        return
    end = after(m.now, sum(durations) / len(durations))
    for deadline in m.deadlines.of_run(run.uid):
        if deadline.task_id is None and deadline.at < end and deadline.predicted_at is None:
            warned = replace(deadline, predicted_at=end)
            m.deadlines.put(warned)
            m.facts.append(warned)


# -- a run ends, or its moment comes ---------------------------------------------------------------------------------------


def settle(m: Machine, run: Run) -> None:
    """A run of a DAG with deadlines ends: what succeeded has met its deadline, the rest still may."""
    succeeded = run.state is RunState.SUCCESS
    if succeeded and run.start_date is not None:
        durations = m.deadlines.durations.setdefault(run.facts.dag, deque(maxlen=DURATIONS_KEPT))
        durations.append((m.now - run.start_date) / timedelta(seconds=1))
    for deadline in m.deadlines.of_run(run.uid):
        if m.now > deadline.at:
            due(m, deadline.id)  # it came first, and was not looked at yet
        elif succeeded if deadline.task_id is None else _has_succeeded(run, deadline.task_id):
            _end(m, deadline, "met")
        elif succeeded:
            _end(m, deadline, "void", "the run succeeded without the task")


def due(m: Machine, id_: str) -> None:
    """The moment of a deadline has come."""
    deadline = m.deadlines.pending.get(id_)
    if deadline is None:
        return
    run = m.runs.get(deadline.run_uid or "")
    if deadline.task_id is not None and run is not None and _has_succeeded(run, deadline.task_id):
        _end(m, deadline, "met")  # tasks are looked at when their moment comes, so that their end costs nothing
        return
    dag = m.dags.get(deadline.dag)
    if deadline.run_uid is None and (dag is None or dag.is_paused or dag.is_stale):
        _end(m, deadline, "void", "the DAG is paused" if dag is not None and dag.is_paused else "the DAG is gone")
        return
    missed = _end(m, deadline, "missed", _why(m, deadline, run))
    m.effects.append(
        RunCallback(
            deadline.run_uid or "",
            deadline.dag,
            run.version_id if run is not None else deadline.version_id,
            "deadline",
            missed.reason,
            deadline.task_id,
            deadline=missed,
        )
    )


def _why(m: Machine, deadline: SaveDeadline, run: Run | None) -> str:
    if deadline.run_uid is None:
        dag = m.dags[deadline.dag]
        full = dag.plan is not None and dag.plan[1]
        limit = dag.graph.spec.max_active_runs if dag.graph is not None else 0
        why = f", since max_active_runs ({limit}) was reached" if full else ""
        return f"the run that the schedule asks for at {deadline.run_after} never came{why}"
    what = "the run" if deadline.task_id is None else f"task {deadline.task_id}"
    if run is None:
        return f"{what} has failed"
    if deadline.task_id is None:
        return f"{what} is {run.state}"
    return f"{what} has not succeeded; its run is {run.state}"


def _has_succeeded(run: Run, task_id: str) -> bool:
    node = run.graph.index.get(task_id)
    return node is not None and all(run.state_of(node, i) in (SUCCESS, SKIPPED) for i in run.indexes(node))


def queued_again(m: Machine, run: Run) -> None:
    """A run was cleared and waits for its turn anew: what is counted from that moment moves with it."""
    for deadline in m.deadlines.of_run(run.uid):
        specs = run.graph.spec.deadlines
        if deadline.task_id is not None:
            node = run.graph.index.get(deadline.task_id)
            specs = () if node is None else run.graph.nodes[node].spec.deadlines
        if deadline.alert < len(specs) and specs[deadline.alert].reference == "queued_at":
            _save(m, replace(deadline, at=after(m.now, specs[deadline.alert].interval_s)))


def forget_run(m: Machine, uid: str) -> None:
    """A run was deleted, and the rows of its deadlines with it."""
    for deadline in m.deadlines.of_run(uid):
        m.deadlines.take(deadline)
        m.timers.drop(("deadline", deadline.id))


def forget_dag(m: Machine, dag: DagKey) -> None:
    """A DAG was deleted, and the rows of its deadlines with it."""
    m.deadlines.durations.pop(dag, None)
    for deadline in [d for d in m.deadlines.pending.values() if d.dag == dag]:
        m.deadlines.take(deadline)
        m.timers.drop(("deadline", deadline.id))


# -- runs that the schedule asks for -----------------------------------------------------------------------------------------


def expect(m: Machine, dag: Dag, upcoming: NextRun | None) -> None:
    """Note by when the next run of a schedule must have succeeded, before it is made: it may never be."""
    graph, version = dag.graph, dag.newest
    if graph is None or version is None:
        return
    wanted = upcoming if not dag.is_paused and not dag.is_stale else None
    ahead = m.deadlines.awaited.get(dag.key, {})
    for (alert, run_after), id_ in list(ahead.items()):
        is_same = wanted is not None and run_after == wanted.run_after and alert in graph.expects
        if not is_same and run_after > m.now:
            _end(m, m.deadlines.pending[id_], "void", "the schedule asks for another run")
    for alert in graph.expects if wanted is not None else ():
        assert wanted is not None
        spec = graph.spec.deadlines[alert]
        at = after(wanted.run_after, spec.interval_s)
        if (alert, wanted.run_after) in m.deadlines.awaited.get(dag.key, {}) or at <= m.now:
            continue
        _save(
            m,
            SaveDeadline(
                id=m.ids.new(),
                dag=dag.key,
                version_id=version,
                run_uid=None,
                alert=alert,
                at=at,
                created_at=m.now,
                name=spec.name,
                reference=spec.reference_name or spec.reference,
                run_after=wanted.run_after,
            ),
        )


def _attach(m: Machine, run: Run, alert: int) -> None:
    """The run that a schedule asked for is made: its deadline is the run's from now on."""
    id_ = m.deadlines.awaited.get(run.facts.dag, {}).get((alert, run.facts.run_after))
    if id_ is None or run.facts.run_type != "scheduled":
        return
    deadline = m.deadlines.pending[id_]
    m.deadlines.take(deadline)
    _save(m, replace(deadline, run_uid=run.uid, version_id=run.version_id))
