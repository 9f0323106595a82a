"""DAGs and what they share: versions, pause, pools, and the deadlines that come due."""

from __future__ import annotations

from tradewind.core.dag import Dag
from tradewind.core.events import DagStale, PauseSet, PoolSet, Tick, VersionAdded
from tradewind.core.graph import Graph
from tradewind.core.machine import Machine
from tradewind.core.runs import start_queued
from tradewind.spec import DagKey, DagSpec

__all__ = ["know_version", "pause_set", "pool_set", "stale", "tick", "version_added"]


def know_version(m: Machine, key: DagKey, version_id: str, spec: DagSpec) -> Dag:
    """Compile a version, unless it is known."""
    dag = m.dags.get(key)
    if dag is None:
        dag = m.dags[key] = Dag(key)
    if version_id not in dag.versions:
        dag.versions[version_id] = Graph(spec)
    return dag


def version_added(m: Machine, event: VersionAdded) -> None:
    """A DAG is known, or has new code."""
    is_new = event.dag not in m.dags
    dag = know_version(m, event.dag, event.version_id, event.spec)
    dag.newest = event.version_id
    dag.is_stale = False
    if is_new:
        _set_paused(m, dag, is_paused=event.is_paused)
    for task in event.spec.tasks:
        gate = dag.task_gates().get(task.task_id)
        if gate is not None:
            gate.capacity = task.max_active_tis_per_dag
            m.queue.freed[gate] = None
    start_queued(m, dag)


def stale(m: Machine, event: DagStale) -> None:
    """The file no longer holds this DAG."""
    dag = m.dags.get(event.dag)
    if dag is not None:
        dag.is_stale = True


def pause_set(m: Machine, event: PauseSet) -> None:
    """A DAG was paused or resumed."""
    dag = m.dags.get(event.dag)
    if dag is not None:
        _set_paused(m, dag, is_paused=event.is_paused)
        start_queued(m, dag)


def _set_paused(m: Machine, dag: Dag, *, is_paused: bool) -> None:
    dag.is_paused = is_paused
    dag.gate.capacity = 0 if is_paused else None
    m.queue.freed[dag.gate] = None


def pool_set(m: Machine, event: PoolSet) -> None:
    """A pool was made, resized or removed."""
    gate = m.pool(event.workspace, event.pool)
    gate.capacity = 0 if event.slots is None else None if event.slots < 0 else event.slots
    m.queue.freed[gate] = None


def tick(m: Machine, _: Tick) -> None:
    """Time passed."""
