"""From what a DAG file gives as `schedule` to a `ScheduleSpec`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tradewind.base.errors import InvalidInput
from tradewind.sdk.asset import BaseAsset, asset_condition
from tradewind.sdk.authoring_errors import InvalidSchedule
from tradewind.sdk.timetable_base import is_written_by_user, user_arguments
from tradewind.sdk.timetables import (
    AssetOrTimeSchedule,
    AssetTriggeredTimetable,
    BaseTimetable,
    ContinuousTimetable,
    CronDataIntervalTimetable,
    CronTriggerTimetable,
    DeltaDataIntervalTimetable,
    DeltaTriggerTimetable,
    NullTimetable,
    OnceTimetable,
)
from tradewind.sdk.zones import zone_name
from tradewind.spec import Json, ScheduleSpec

__all__ = ["PLAIN", "ScheduleOptions", "is_single_run", "schedule_spec", "timetable_of", "timetable_of_dag"]

PLAIN_KINDS: dict[str, type[BaseTimetable]] = {"@once": OnceTimetable, "@continuous": ContinuousTimetable}


@dataclass(frozen=True, slots=True)
class ScheduleOptions:
    """How plain texts and timedeltas are read; see the scheduler's settings."""

    cron_data_intervals: bool = False
    delta_data_intervals: bool = False
    catchup: bool = False
    """Of DAGs that do not say."""


PLAIN = ScheduleOptions()
"""Cron expressions and timedeltas as moments, not stretches of time."""


def timetable_of(schedule: Any, zone: str, options: ScheduleOptions = PLAIN) -> BaseTimetable | None:
    """The timetable that a text, timedelta or timetable stands for; None for a schedule that has none.

    Raises:
        InvalidSchedule: it is nothing that a schedule can be.
    """
    if isinstance(schedule, BaseTimetable):
        return schedule
    if isinstance(schedule, str):
        if options.cron_data_intervals:
            return CronDataIntervalTimetable(schedule, zone)
        return CronTriggerTimetable(schedule, zone)
    if isinstance(schedule, timedelta) or type(schedule).__name__ == "relativedelta":
        return DeltaDataIntervalTimetable(schedule) if options.delta_data_intervals else DeltaTriggerTimetable(schedule)
    raise InvalidSchedule(
        f"{schedule!r} is no schedule: None, a cron expression, a preset such as '@daily', '@once', '@continuous', a "
        "timedelta, a timetable or assets are"
    )


def timetable_of_dag(schedule: Any, zone: str) -> BaseTimetable:
    """The timetable that any schedule of a DAG stands for: also none, one run, runs without end, or assets.

    Raises:
        InvalidSchedule: it is nothing that a schedule can be.
    """
    if schedule is None:
        return NullTimetable()
    if isinstance(schedule, str) and schedule in PLAIN_KINDS:
        return PLAIN_KINDS[schedule]()
    if isinstance(schedule, BaseAsset | list | tuple | set):
        return AssetTriggeredTimetable(schedule)
    found = timetable_of(schedule, zone)
    assert found is not None, "a schedule that is there has a timetable"
    return found


def schedule_spec(
    schedule: Any, zone: str = "UTC", options: ScheduleOptions = PLAIN, *, seed: str = ""
) -> ScheduleSpec:
    """The schedule as it is stored.

    Args:
        schedule: what the DAG was given.
        zone: name of the DAG's time zone.
        options: how plain texts and timedeltas are read.
        seed: what ``H`` in a cron expression and a jitter are derived from: the DAG's id.

    Raises:
        InvalidSchedule: it can't be understood; the sentence says why.
    """
    if isinstance(schedule, AssetTriggeredTimetable):
        schedule = schedule.assets
    if schedule is None:
        return _spec("none", {}, zone)
    if schedule in ("@once", "@continuous") and isinstance(schedule, str):
        return _spec(schedule[1:], {}, zone)
    if isinstance(schedule, AssetOrTimeSchedule):
        inner = schedule_spec(schedule.timetable, zone, options, seed=seed)
        assets = schedule.assets
        condition = asset_condition(assets if isinstance(assets, BaseAsset) else list(assets)).as_json()
        args: dict[str, Json] = {
            "condition": condition,
            "timetable": {"kind": inner.kind, "args": dict(inner.args), "timezone": inner.timezone},
        }
        return _spec("assets", args, zone)
    if isinstance(schedule, BaseAsset) or (isinstance(schedule, list | tuple | set) and schedule):
        parts = schedule if isinstance(schedule, BaseAsset) else list(schedule)
        if not isinstance(parts, BaseAsset) and not all(isinstance(one, BaseAsset) for one in parts):
            raise InvalidSchedule(
                "All elements in 'schedule' should be either assets, asset references, or asset aliases"
            )
        return _spec("assets", {"condition": asset_condition(parts).as_json()}, zone)
    if isinstance(schedule, BaseTimetable) and schedule.kind == "assets":
        return _partitioned(schedule.arguments(), zone)
    timetable = timetable_of(schedule, zone, options)
    assert timetable is not None
    timetable.validate()
    if is_written_by_user(timetable):
        return _spec("custom", user_arguments(timetable), zone_name(timetable.zone or zone))
    args = _seeded(timetable.arguments(), seed)
    if timetable.partitioned_at_runtime:
        args["partitioned_at_runtime"] = True
    return _spec(timetable.kind, args, zone_name(timetable.zone or zone))


def _partitioned(args: dict[str, Json], zone: str) -> ScheduleSpec:
    """A schedule by partitions of assets, checked."""
    from tradewind.spec.assets import asset_schedule  # noqa: PLC0415 - few DAGs have partitions

    spec = _spec("assets", args, zone)
    try:
        asset_schedule(spec)
    except InvalidInput as error:
        raise InvalidSchedule(f"the schedule can't be understood: {error.message}", **error.facts) from error
    return spec


def _seeded(args: dict[str, Json], seed: str) -> dict[str, Json]:
    """The arguments with each ``H`` of a cron expression made a number, and with what a jitter is derived from."""
    from tradewind.timetables import spread  # noqa: PLC0415 - only DAGs with a schedule need the calendar

    found = dict(args)
    try:
        if isinstance(cron := found.get("cron"), str):
            found["cron"] = spread(cron, seed)
        if isinstance(crons := found.get("crons"), list):
            found["crons"] = [spread(str(cron), seed) for cron in crons]
    except InvalidInput as error:
        raise InvalidSchedule(f"the schedule can't be understood: {error.message}", **error.facts) from error
    if "jitter_s" in found:
        found["seed"] = seed
    return found


def is_single_run(spec: ScheduleSpec) -> bool:
    """Whether only one run may be active at a time."""
    return spec.kind == "continuous" or spec.args.get("single_run") is True


def _spec(kind: str, args: dict[str, Json], zone: str) -> ScheduleSpec:
    from tradewind.timetables import build  # noqa: PLC0415 - only DAGs with a schedule need the calendar

    try:
        timetable = build(kind, args, zone)
    except InvalidInput as error:
        raise InvalidSchedule(f"the schedule can't be understood: {error.message}", **error.facts) from error
    return ScheduleSpec(
        kind=kind, args=args, summary=timetable.summary, description=timetable.description, timezone=zone
    )
