"""What happens to backfills: made, fed with dates, paused, resumed, cancelled; and runs that they have run again."""

from __future__ import annotations

from collections import deque

from tradewind.core.backfill_planning import close_lane, open_lane, save
from tradewind.core.clearing import cleared
from tradewind.core.events import (
    BackfillAsked,
    BackfillChanged,
    BackfillFed,
    Cleared,
    RunMarked,
    RunRepeated,
    TaskRef,
)
from tradewind.core.instances import end_by_hand
from tradewind.core.machine import Machine
from tradewind.core.run import Run
from tradewind.core.runs import make_room, marked
from tradewind.core.states import DONE, RUN_FINISHED, SKIPPED, RunState

__all__ = ["asked", "changed", "fed", "repeated"]


def asked(m: Machine, event: BackfillAsked) -> None:
    """A backfill was made."""
    dag = m.dags.get(event.backfill.dag)
    if dag is not None and event.backfill.uid not in dag.lanes:
        open_lane(dag, event.backfill)
        make_room(m, dag)


def fed(m: Machine, event: BackfillFed) -> None:
    """The next dates of a backfill were read."""
    dag = m.dags.get(event.dag)
    lane = None if dag is None else dag.lanes.get(event.backfill)
    if dag is None or lane is None or not lane.is_asking:
        return
    lane.is_asking = False
    lane.slots = deque(event.slots) if event.slots else None
    make_room(m, dag)


def changed(m: Machine, event: BackfillChanged) -> None:
    """Somebody paused, resumed or cancelled a backfill."""
    dag = m.dags.get(event.dag)
    lane = None if dag is None else dag.lanes.get(event.backfill)
    if dag is None or lane is None:
        return
    lane.is_paused = event.is_paused
    lane.is_cancelled = event.is_cancelled
    if lane.is_cancelled:
        for run in [run for run in lane.runs.values() if run.state is RunState.QUEUED]:
            _give_up(m, run)
        close_lane(m, dag, lane)
    else:
        m.rows.append(save(lane))
    make_room(m, dag)


def _give_up(m: Machine, run: Run) -> None:
    """A run that had not begun fails, teardowns and all."""
    for node in run.graph.nodes:
        for index in run.indexes(node.index):
            if not DONE[run.state_of(node.index, index)]:
                end_by_hand(m, run, (node.index, index), SKIPPED, "the backfill was cancelled")
    marked(m, RunMarked(run.uid, RunState.FAILED))


def repeated(m: Machine, event: RunRepeated) -> None:
    """A run that ended runs again as a part of a backfill; one that is active again already is left alone."""
    dag = m.dags.get(event.dag)
    if dag is None:
        return
    lane = dag.lanes.get(event.backfill)
    if lane is not None:
        lane.awaited.discard(event.run_uid)
    run = m.runs.get(event.run_uid)
    if run is not None and run.state in RUN_FINISHED:
        version_id = dag.newest if event.on_newest else None
        graph = dag.versions.get(version_id or "", run.graph)
        refs = tuple(TaskRef(node.task_id) for node in graph.nodes)
        cleared(m, Cleared(run.uid, refs, version_id))
    make_room(m, dag)
