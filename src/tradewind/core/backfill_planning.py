"""Which of a backfill's dates have their turn now, and when the backfill is over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from tradewind.core.commands import CreateRun, FeedBackfill, RepeatRun, SaveBackfill
from tradewind.core.dag import Dag
from tradewind.core.events import BackfillFacts, BackfillSlot, RunFacts
from tradewind.core.lane import Lane
from tradewind.core.machine import Machine
from tradewind.core.states import RUN_FINISHED, RunState

__all__ = ["close_lane", "open_lane", "plan_backfills", "save"]


def open_lane(dag: Dag, facts: BackfillFacts) -> Lane:
    """Know a backfill that is active; runs of it that are in memory already move over to its lane."""
    lane = dag.lanes[facts.uid] = Lane(facts)
    for run in dag.runs.values():
        if run.facts.backfill == facts.uid:
            dag.running.discard(run.uid)
            lane.add(run)
    return lane


def plan_backfills(m: Machine, dag: Dag) -> Iterator[RunFacts]:
    """Create, one by one, the runs for which backfills have room; end those that have nothing left.

    The caller takes each into memory before it asks for the next.
    """
    for lane in list(dag.lanes.values()):
        if lane.is_cancelled:
            continue
        before = lane.next_ordinal
        while _may_go_on(dag, lane) and lane.has_room and lane.slots:
            slot = lane.slots.popleft()
            lane.next_ordinal = slot.ordinal + 1
            if slot.is_rerun:
                _repeat(m, lane, slot)
            else:
                facts = _facts(m, dag, lane, slot)
                m.rows.append(CreateRun(facts))
                yield facts
        if lane.next_ordinal != before:
            m.rows.append(save(lane))
        if lane.slots is None:
            if not lane.runs and not lane.awaited:
                close_lane(m, dag, lane)
        elif not lane.slots and not lane.is_asking and _may_go_on(dag, lane) and lane.has_room:
            lane.is_asking = True
            m.effects.append(FeedBackfill(lane.uid, dag.key, lane.next_ordinal))


def _may_go_on(dag: Dag, lane: Lane) -> bool:
    return not (lane.is_paused or dag.is_paused or dag.is_stale)


def _repeat(m: Machine, lane: Lane, slot: BackfillSlot) -> None:
    """Have a run that ended run again, under the backfill's name; one that is active again is left alone."""
    run = m.runs.get(slot.run_uid)
    if run is not None and run.state not in RUN_FINISHED:
        return
    lane.awaited.add(slot.run_uid)
    m.rows.append(RepeatRun(slot.run_uid, lane.uid, lane.facts.dag, lane.facts.conf, lane.facts.on_newest))


def _facts(m: Machine, dag: Dag, lane: Lane, slot: BackfillSlot) -> RunFacts:
    assert dag.newest is not None
    about = slot.partition_key if slot.partition_key is not None else slot.run_after.isoformat()
    return RunFacts(
        uid=slot.run_uid,
        dag=dag.key,
        run_id=f"backfill__{about}",
        run_type="backfill",
        logical_date=slot.logical_date,
        interval_start=slot.interval_start,
        interval_end=slot.interval_end,
        run_after=slot.run_after,
        queued_at=m.now,
        version_id=dag.newest,
        conf=lane.facts.conf or {},
        triggered_by="backfill",
        triggering_user=lane.facts.user,
        backfill=lane.uid,
        partition_key=slot.partition_key,
        partition_date=slot.partition_date,
    )


def close_lane(m: Machine, dag: Dag, lane: Lane) -> None:
    """The backfill is over; runs of it that go on, or are cleared later, are runs like any other."""
    del dag.lanes[lane.uid]
    for run in lane.runs.values():
        if run.state is RunState.RUNNING:
            dag.running.add(run.uid)
        else:
            dag.enqueue(run)
    m.rows.append(save(lane, completed_at=m.now))


def save(lane: Lane, completed_at: datetime | None = None) -> SaveBackfill:
    """The backfill as it is now."""
    return SaveBackfill(
        uid=lane.uid,
        next_ordinal=lane.next_ordinal,
        is_paused=lane.is_paused,
        completed_at=completed_at,
        is_cancelled=lane.is_cancelled,
    )
