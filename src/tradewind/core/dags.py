"""DAGs and what they share: versions, pause, pools, and the deadlines that come due."""

from __future__ import annotations

from tradewind.core import asking, assets, deadlines
from tradewind.core.clearing import try_again
from tradewind.core.dag import Dag
from tradewind.core.deferral import waited_too_long
from tradewind.core.events import DagStale, PauseSet, PoolSet, Tick, TimetableAnswered, VersionAdded
from tradewind.core.graph import Graph
from tradewind.core.instances import process_gone, timer_due
from tradewind.core.machine import Machine
from tradewind.core.planning import set_schedule
from tradewind.core.runs import make_room, ran_out_of_time
from tradewind.core.states import RunState
from tradewind.core.tasks import queue_timed_out, ran_too_long
from tradewind.core.waiting import count_deferred
from tradewind.spec import DagKey, DagSpec

__all__ = [
    "adopt_newest",
    "know_version",
    "pause_set",
    "pool_set",
    "stale",
    "tick",
    "timetable_answered",
    "version_added",
]

VERSIONS_KEPT = 32
"""Versions of a DAG in memory beyond which those that no run uses are dropped."""


def know_version(m: Machine, key: DagKey, version_id: str, spec: DagSpec) -> Dag:
    """Take in a version, unless it is known."""
    dag = m.dags.get(key)
    if dag is None:
        dag = m.dags[key] = Dag(key)
    if version_id not in dag.versions:
        if len(dag.versions) >= VERSIONS_KEPT:
            used = {run.version_id for run in dag.runs.values()} | {dag.newest}
            dag.versions = {name: graph for name, graph in dag.versions.items() if name in used}
        dag.versions[version_id] = Graph(spec)
    return dag


def adopt_newest(m: Machine, dag: Dag) -> None:
    """Schedule and shared limits are those of the newest version."""
    graph = dag.graph
    assert graph is not None
    set_schedule(dag)
    assets.follow(m, dag)
    gates = dag.task_gates()
    for task in graph.spec.tasks if gates else ():
        gate = gates.get(task.task_id)
        if gate is not None:
            gate.capacity = task.max_active_tis_per_dag
            m.queue.freed[gate] = None


def version_added(m: Machine, event: VersionAdded) -> None:
    """A DAG is known, or has new code."""
    is_new = event.dag not in m.dags
    dag = know_version(m, event.dag, event.version_id, event.spec)
    dag.newest = event.version_id
    dag.is_stale = False
    if is_new:
        dag.set_paused(is_paused=event.is_paused)
    adopt_newest(m, dag)
    make_room(m, dag)


def stale(m: Machine, event: DagStale) -> None:
    """The file no longer holds this DAG: runs in flight go on, the schedule stops."""
    dag = m.dags.get(event.dag)
    if dag is not None:
        dag.is_stale = True
        make_room(m, dag)


def timetable_answered(m: Machine, event: TimetableAnswered) -> None:
    """A timetable that a user wrote has said which run is next."""
    dag = asking.answered(m, event)
    if dag is not None:
        make_room(m, dag)


def pause_set(m: Machine, event: PauseSet) -> None:
    """A DAG was paused or resumed."""
    dag = m.dags.get(event.dag)
    if dag is None:
        return
    if dag.is_paused and not event.is_paused:
        dag.failed_in_a_row = 0
    dag.set_paused(is_paused=event.is_paused)
    m.queue.freed[dag.gate] = None
    make_room(m, dag)


def pool_set(m: Machine, event: PoolSet) -> None:
    """A pool was made, resized or removed."""
    gate = m.pool(event.workspace, event.pool)
    gate.capacity = 0 if event.slots is None else None if event.slots < 0 else event.slots
    count_deferred(m, gate, is_counted=event.include_deferred)
    m.queue.freed[gate] = None


def tick(m: Machine, _: Tick) -> None:
    """Time passed: whatever is due happens."""
    for name in m.timers.pop_due(m.now):
        match name:
            case ("queued", str(attempt)) if attempt in m.attempts:
                queue_timed_out(m, m.attempts[attempt])
            case ("running", str(attempt)) if attempt in m.attempts:
                ran_too_long(m, m.attempts[attempt])
            case ("dying", str(attempt)) if attempt in m.attempts:
                process_gone(m, m.attempts[attempt], m.now, was_killed=False)
            case ("wait", str(wait)) if wait in m.waits:
                waited_too_long(m, m.waits[wait])
            case ("instance", str(uid), str(task_id), int(index)) if uid in m.runs:
                _wake_instance(m, uid, task_id, index)
            case ("run", str(uid)) if uid in m.runs and m.runs[uid].state is RunState.RUNNING:
                ran_out_of_time(m, m.runs[uid])
            case ("retry", str(uid)) if uid in m.runs:
                try_again(m, m.runs[uid])
            case ("deadline", str(deadline)):
                deadlines.due(m, deadline)
            case ("dag", str(workspace), str(dag_id), _):
                dag = m.dags.get(DagKey(workspace, dag_id))
                if dag is not None:
                    make_room(m, dag)
            case _:
                pass  # a run or attempt that is gone, or only a reason to look


def _wake_instance(m: Machine, uid: str, task_id: str, index: int) -> None:
    run = m.runs[uid]
    node = run.graph.index.get(task_id)
    if node is not None and index in run.indexes(node):
        timer_due(m, run, node, index)
