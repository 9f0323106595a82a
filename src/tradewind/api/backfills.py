"""From what somebody asks for to the dates of a backfill and what becomes of each; the same for a dry run and the real one."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from tradewind.api.problems import Unprocessable
from tradewind.api.requests import check_conf
from tradewind.base.errors import InvalidInput
from tradewind.base.ids import IdSource
from tradewind.core.events import BackfillSlot
from tradewind.core.states import RUN_FINISHED, RunState
from tradewind.db.backfills import ExistingRun, PlannedSlot
from tradewind.spec import DagSpec
from tradewind.timetables import CronPartition, NextRun, Timetable, build

__all__ = ["MOST_DATES", "BackfillWish", "Estimate", "dates_of", "estimate", "plan_slots"]

MOST_DATES = 100_000
"""Dates of one backfill at most: more are a slip of the pen, or several backfills."""
Existing = Mapping[datetime | str, ExistingRun]
"""Runs that are there, by logical date or by partition key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillWish:
    """What somebody says about the backfill they want."""

    from_date: datetime
    to_date: datetime
    run_backwards: bool = False
    conf: Mapping[str, object] | None = None
    reprocess: str = "none"
    max_active_runs: int = 10
    named: tuple[NextRun, ...] | None = None
    """What a timetable that a user wrote says about these dates; None: the schedule is none of that kind."""


def dates_of(spec: DagSpec, wish: BackfillWish, now: datetime) -> list[NextRun]:
    """What the schedule asks for between the two dates, in the order in which it is to be run; nothing of the future.

    Raises:
        Unprocessable: the DAG has no calendar, the dates can't be, or what its tasks owe to the past forbids it.
        InvalidInput: the DAG does not allow backfills.
    """
    _check(spec, wish, now)
    schedule = spec.schedule
    timetable = build(schedule.kind, schedule.args, schedule.timezone)
    if wish.named is None and not timetable.is_periodic:
        why = (
            "its timetable is code of its own, which nobody here can ask"
            if schedule.kind == "custom"
            else f"its schedule ({schedule.summary or schedule.kind}) is none of dates"
        )
        raise Unprocessable(
            f"{spec.dag_id} can't be backfilled: {why}; trigger single runs instead", kind=schedule.kind
        )
    runs = _between(timetable, wish, now) if wish.named is None else (r for r in wish.named if r.run_after <= now)
    passed = (run for run in runs if run.interval is None or run.interval.end < now)
    found = list(islice(passed, MOST_DATES + 1))
    if len(found) > MOST_DATES:
        raise Unprocessable(f"between these dates lie more than {MOST_DATES} runs; ask for a part of them at a time")
    return found[::-1] if wish.run_backwards else found


def _check(spec: DagSpec, wish: BackfillWish, now: datetime) -> None:
    if spec.allowed_run_types is not None and "backfill" not in spec.allowed_run_types:
        raise InvalidInput(f"Dag with dag_id: '{spec.dag_id}' does not allow backfill runs")
    if wish.from_date > wish.to_date:
        raise Unprocessable(
            f"from_date ({wish.from_date.isoformat()}) must not be after to_date ({wish.to_date.isoformat()})"
        )
    if wish.from_date >= now:
        raise Unprocessable("Backfill cannot be executed for future dates.", from_date=wish.from_date)
    if any(task.depends_on_past or task.wait_for_downstream for task in spec.tasks):
        if wish.run_backwards:
            raise Unprocessable("a DAG with tasks that depend on the past can't be run backwards")
        if wish.reprocess == "none":
            raise Unprocessable(
                "a DAG with tasks that depend on the past needs reprocess_behavior completed or failed, "
                "so that no date before another is left as it is"
            )
    if wish.conf is not None:
        try:
            check_conf(spec.params, wish.conf)
        except InvalidInput as error:
            raise Unprocessable(error.message, **error.facts) from error


def _between(timetable: Timetable, wish: BackfillWish, now: datetime) -> Iterator[NextRun]:
    if isinstance(timetable, CronPartition):
        yield from timetable.partitions(wish.from_date, wish.to_date)
        return
    last = None
    while True:
        run = timetable.next_run(last, earliest=wish.from_date, latest=wish.to_date, catchup=True, now=now)
        if run is None or run.interval is None or run.run_after > now:
            return
        yield run
        last = run.interval


def plan_slots(dates: list[NextRun], existing: Existing, reprocess: str, ids: IdSource) -> list[PlannedSlot]:
    """What becomes of each date: a new run, a run that runs again, or nothing."""
    slots: list[PlannedSlot] = []
    for ordinal, run in enumerate(dates):
        key = run.partition_key if run.partition_key is not None else run.logical_date
        there = existing.get(key) if key is not None else None
        slot = BackfillSlot(
            ordinal=ordinal,
            run_uid=there.uid if there else ids.new(),
            is_rerun=there is not None,
            logical_date=run.logical_date,
            interval_start=run.interval.start if run.interval else None,
            interval_end=run.interval.end if run.interval else None,
            run_after=run.run_after,
            partition_key=run.partition_key,
            partition_date=run.partition_date,
        )
        slots.append(PlannedSlot(slot, None if there is None else _why_not(there.state, reprocess)))
    return slots


def _why_not(state: RunState, reprocess: str) -> str | None:
    """Why a run that is there is left alone; None: it runs again."""
    if state not in RUN_FINISHED:
        return "in flight"
    if reprocess == "completed" or (reprocess == "failed" and state is RunState.FAILED):
        return None
    return "already exists"


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a backfill will cost."""

    tasks: int
    """Task instances, mapped tasks counted once."""
    duration_s: float | None
    """From its first run to the end of its last, if runs take what they took so far; None: no run has succeeded yet."""


def estimate(spec: DagSpec, runs: int, max_active_runs: int, typical_s: float | None) -> Estimate:
    """How much work it is, and how long it takes when nothing but max_active_runs holds it back."""
    rounds = math.ceil(runs / max_active_runs)
    return Estimate(runs * len(spec.tasks), None if typical_s is None else rounds * typical_s)
