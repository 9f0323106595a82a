"""Timetables as they are written in DAG files: a kind and its arguments. What they mean is in `tradewind.timetables`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from tradewind.sdk.authoring_errors import InvalidSchedule
from tradewind.sdk.timetable_base import BaseTimetable, DagRunInfo, DataInterval, TimeRestriction, Timetable, Zone

if TYPE_CHECKING:
    from tradewind.sdk.asset import Asset, BaseAsset
    from tradewind.spec import Json

__all__ = [
    "AssetOrTimeSchedule",
    "AssetTriggeredTimetable",
    "BaseTimetable",
    "ContinuousTimetable",
    "CronDataIntervalTimetable",
    "CronPartitionTimetable",
    "CronTriggerTimetable",
    "DagRunInfo",
    "DataInterval",
    "DeltaDataIntervalTimetable",
    "DeltaTriggerTimetable",
    "EventsTimetable",
    "MultipleCronTriggerTimetable",
    "NullTimetable",
    "OnceTimetable",
    "TimeRestriction",
    "Timetable",
    "delta_arguments",
]


@dataclass(frozen=True)
class CronTriggerTimetable(BaseTimetable):
    """A run at each moment of a cron expression.

    Args:
        expression: five fields, or a preset such as ``@daily``.
        timezone: name or object.
        interval: length of the data interval that ends at the run.
        run_immediately: for a DAG without a start date: run the moment that has just passed, or one that passed no
            longer ago than this.
        jitter: runs start up to this much later, each DAG and each run at an offset of its own that never changes; what
            the run is about stays exact.
    """

    expression: str
    timezone: Zone
    interval: Any = field(default=timedelta(0), kw_only=True)
    run_immediately: bool | timedelta = field(default=False, kw_only=True)
    jitter: timedelta = field(default=timedelta(0), kw_only=True)
    kind: ClassVar[str] = "cron_trigger"

    def arguments(self) -> dict[str, Json]:
        return {"cron": self.expression, **_options(self.interval, self.run_immediately, self.jitter)}

    @property
    def zone(self) -> Zone | None:
        return self.timezone


class MultipleCronTriggerTimetable(BaseTimetable):
    """A run at each moment of several cron expressions."""

    kind: ClassVar[str] = "multi_cron_trigger"

    def __init__(
        self,
        *crons: str,
        timezone: Zone,
        interval: Any = timedelta(0),
        run_immediately: bool | timedelta = False,
        jitter: timedelta = timedelta(0),
    ) -> None:
        if not crons:
            raise InvalidSchedule("cron expression required")
        self.crons = crons
        self.timezone = timezone
        self.interval = interval
        self.run_immediately = run_immediately
        self.jitter = jitter

    def arguments(self) -> dict[str, Json]:
        return {"crons": list(self.crons), **_options(self.interval, self.run_immediately, self.jitter)}

    @property
    def zone(self) -> Zone | None:
        return self.timezone


@dataclass(frozen=True)
class CronDataIntervalTimetable(BaseTimetable):
    """A run for each stretch of time between two moments of a cron expression, when the stretch is over."""

    expression: str
    timezone: Zone
    kind: ClassVar[str] = "cron_interval"

    def arguments(self) -> dict[str, Json]:
        return {"cron": self.expression}

    @property
    def zone(self) -> Zone | None:
        return self.timezone


@dataclass(frozen=True)
class DeltaTriggerTimetable(BaseTimetable):
    """A run each time that this much has passed.

    Args:
        delta: a timedelta, or a dateutil relativedelta.
        interval: length of the data interval that ends at the run.
    """

    delta: Any
    interval: Any = field(default=timedelta(0), kw_only=True)
    kind: ClassVar[str] = "delta_trigger"

    def arguments(self) -> dict[str, Json]:
        return {**delta_arguments(self.delta), **_options(self.interval, False)}


@dataclass(frozen=True)
class DeltaDataIntervalTimetable(BaseTimetable):
    """A run for each stretch of this length, when the stretch is over.

    Args:
        delta: a timedelta, or a dateutil relativedelta.
    """

    delta: Any
    kind: ClassVar[str] = "delta_interval"

    def arguments(self) -> dict[str, Json]:
        return delta_arguments(self.delta)


class EventsTimetable(BaseTimetable):
    """A run at each of the listed moments.

    Args:
        event_dates: the moments.
        restrict_to_events: whether a manual run takes the latest of them as its moment.
        presorted: whether they are in order already.
        description: words for them.
    """

    kind: ClassVar[str] = "events"

    def __init__(
        self,
        event_dates: Iterable[datetime],
        *,
        restrict_to_events: bool = False,
        presorted: bool = False,
        description: str | None = None,
    ) -> None:
        dates = list(event_dates)
        self.event_dates = dates if presorted else sorted(dates)
        self.restrict_to_events = restrict_to_events
        self.description = description

    def arguments(self) -> dict[str, Json]:
        found: dict[str, Json] = {"dates": [date.isoformat() for date in self.event_dates]}
        if self.restrict_to_events:
            found["restrict"] = True
        if self.description:
            found["description"] = self.description
        return found


class CronPartitionTimetable(BaseTimetable):
    """A run at each moment of a cron expression, about a part of the data that is named after a moment of it.

    Args:
        cron: five or six fields, or a preset.
        timezone: name or object.
        run_offset: how many moments later (negative: earlier) than the run the one is that names the part.
        run_immediately: as in `CronTriggerTimetable`.
        key_format: how that moment becomes the name, as `strftime` has it, in the time zone.
        jitter: as in `CronTriggerTimetable`.
    """

    kind: ClassVar[str] = "cron_partition"
    partitioned = True

    def __init__(
        self,
        cron: str,
        *,
        timezone: Zone,
        run_offset: int | None = None,
        run_immediately: bool | timedelta = False,
        key_format: str = "%Y-%m-%dT%H:%M:%S",
        jitter: timedelta = timedelta(0),
    ) -> None:
        if isinstance(run_offset, bool) or not isinstance(run_offset, int | None):
            raise InvalidSchedule(f"run_offset must be a whole number of moments of the cron, not {run_offset!r}")
        self.expression = cron
        self.timezone = timezone
        self.run_offset = run_offset or 0
        self.run_immediately = run_immediately
        self.key_format = key_format
        self.jitter = jitter

    def arguments(self) -> dict[str, Json]:
        found: dict[str, Json] = {"cron": self.expression, "key_format": self.key_format}
        if self.run_offset:
            found["run_offset"] = self.run_offset
        return {**found, **_options(timedelta(0), self.run_immediately, self.jitter)}

    @property
    def zone(self) -> Zone | None:
        return self.timezone


class NullTimetable(BaseTimetable):
    """No runs by schedule, as ``schedule=None``."""

    kind: ClassVar[str] = "none"
    can_be_scheduled = False
    periodic = False


class OnceTimetable(BaseTimetable):
    """One run, as ``schedule="@once"``."""

    kind: ClassVar[str] = "once"
    periodic = False


class ContinuousTimetable(BaseTimetable):
    """A run as soon as the one before ended, as ``schedule="@continuous"``."""

    kind: ClassVar[str] = "continuous"
    active_runs_limit = 1


class AssetTriggeredTimetable(BaseTimetable):
    """Runs that assets trigger; what a list of assets stands for."""

    kind: ClassVar[str] = "assets"

    def __init__(self, assets: Collection[Asset] | BaseAsset) -> None:
        self.assets = assets


class AssetOrTimeSchedule(BaseTimetable):
    """Runs of a timetable, and runs that assets trigger."""

    kind: ClassVar[str] = "assets"

    def __init__(self, *, timetable: BaseTimetable, assets: Collection[Asset] | BaseAsset) -> None:
        self.timetable = timetable
        self.assets = assets

    @property
    def summary(self) -> str:
        return f"Asset or {self.timetable.summary}"

    def infer_manual_data_interval(self, *, run_after: datetime) -> DataInterval:
        return self.timetable.infer_manual_data_interval(run_after=run_after)

    def next_dagrun_info(
        self, *, last_automated_data_interval: DataInterval | None, restriction: TimeRestriction
    ) -> DagRunInfo | None:
        return self.timetable.next_dagrun_info(
            last_automated_data_interval=last_automated_data_interval, restriction=restriction
        )


def delta_arguments(delta: Any) -> dict[str, Json]:
    """A timedelta or relativedelta as JSON.

    Raises:
        InvalidSchedule: it is neither, or not positive.
    """
    if isinstance(delta, timedelta):
        if delta <= timedelta(0):
            raise InvalidSchedule(f"schedule interval must be positive, not {delta!r}")
        seconds = delta.total_seconds()
        return {"seconds": int(seconds) if seconds.is_integer() else seconds}
    if type(delta).__name__ != "relativedelta":
        raise InvalidSchedule(f"a timedelta or relativedelta is needed, not {delta!r}")
    units = ("years", "months", "days", "hours", "minutes", "seconds")
    absolute = [name for name in (*(unit[:-1] for unit in units), "weekday") if getattr(delta, name, None) is not None]
    if absolute:
        raise InvalidSchedule(
            f"a relativedelta with {absolute[0]}= is a date, not a length of time; use a cron expression"
        )
    return {unit: int(getattr(delta, unit)) for unit in units if getattr(delta, unit)}


def _options(interval: Any, run_immediately: bool | timedelta, jitter: timedelta = timedelta(0)) -> Mapping[str, Json]:
    found: dict[str, Json] = {}
    if isinstance(interval, timedelta):
        if interval:
            found["interval_s"] = interval.total_seconds()
    elif interval:
        found["interval"] = delta_arguments(interval)
    if run_immediately:
        found["run_immediately"] = run_immediately.total_seconds() if isinstance(run_immediately, timedelta) else True
    if jitter:
        if not isinstance(jitter, timedelta) or jitter < timedelta(0):
            raise InvalidSchedule(f"the jitter of a timetable must be a timedelta that is not negative, not {jitter!r}")
        found["jitter_s"] = jitter.total_seconds()
    return found
