"""From what a DAG file gives as `schedule` to a `ScheduleSpec`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tradewind.base.errors import InvalidInput
from tradewind.sdk.asset import BaseAsset, asset_condition
from tradewind.sdk.authoring_errors import InvalidSchedule
from tradewind.sdk.timetables import (
    AssetOrTimeSchedule,
    BaseTimetable,
    CronDataIntervalTimetable,
    CronTriggerTimetable,
    DeltaDataIntervalTimetable,
    DeltaTriggerTimetable,
)
from tradewind.sdk.zones import zone_name
from tradewind.spec import Json, ScheduleSpec

__all__ = ["PLAIN", "ScheduleOptions", "is_single_run", "schedule_spec", "timetable_of"]


@dataclass(frozen=True, slots=True)
class ScheduleOptions:
    """How plain texts and timedeltas are read; see the scheduler's settings."""

    cron_data_intervals: bool = False
    delta_data_intervals: bool = False


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


def schedule_spec(schedule: Any, zone: str = "UTC", options: ScheduleOptions = PLAIN) -> ScheduleSpec:
    """The schedule as it is stored.

    Args:
        schedule: what the DAG was given.
        zone: name of the DAG's time zone.
        options: how plain texts and timedeltas are read.

    Raises:
        InvalidSchedule: it can't be understood; the sentence says why.
    """
    if schedule is None:
        return _spec("none", {}, zone)
    if schedule in ("@once", "@continuous") and isinstance(schedule, str):
        return _spec(schedule[1:], {}, zone)
    if isinstance(schedule, AssetOrTimeSchedule):
        inner = schedule_spec(schedule.timetable, zone, options)
        condition = asset_condition(schedule.assets).as_json()  # type: ignore[arg-type] - a collection of assets
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
    timetable = timetable_of(schedule, zone, options)
    assert timetable is not None
    return _spec(timetable.kind, timetable.arguments(), zone_name(timetable.zone or zone))


def is_single_run(spec: ScheduleSpec) -> bool:
    """Whether only one run may be active at a time."""
    return spec.kind == "continuous"


def _spec(kind: str, args: dict[str, Json], zone: str) -> ScheduleSpec:
    from tradewind.timetables import build  # noqa: PLC0415 - only DAGs with a schedule need the calendar

    try:
        timetable = build(kind, args, zone)
    except InvalidInput as error:
        raise InvalidSchedule(f"the schedule can't be understood: {error.message}", **error.facts) from error
    return ScheduleSpec(
        kind=kind, args=args, summary=timetable.summary, description=timetable.description, timezone=zone
    )
