"""Timetables as they are written in DAG files: a kind and its arguments. What they mean is in `tradewind.timetables`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any, ClassVar

from tradewind.sdk.authoring_errors import InvalidSchedule

if TYPE_CHECKING:
    from tradewind.sdk.asset import Asset, BaseAsset
    from tradewind.spec import Json

__all__ = [
    "AssetOrTimeSchedule",
    "BaseTimetable",
    "CronDataIntervalTimetable",
    "CronTriggerTimetable",
    "DeltaDataIntervalTimetable",
    "DeltaTriggerTimetable",
    "EventsTimetable",
    "MultipleCronTriggerTimetable",
    "delta_arguments",
]

Zone = str | tzinfo


class BaseTimetable:
    """Says when runs come to be."""

    kind: ClassVar[str] = "custom"

    def arguments(self) -> dict[str, Json]:
        """The JSON arguments of the kind."""
        name = f"{type(self).__module__}.{type(self).__qualname__}"
        return {"summary": str(getattr(self, "summary", name)), "description": str(getattr(self, "description", ""))}

    @property
    def zone(self) -> Zone | None:
        """The time zone, where the timetable has one of its own."""
        return None


@dataclass(frozen=True)
class CronTriggerTimetable(BaseTimetable):
    """A run at each moment of a cron expression.

    Args:
        expression: five fields, or a preset such as ``@daily``.
        timezone: name or object.
        interval: length of the data interval that ends at the run.
        run_immediately: for a DAG without a start date: run the moment that has just passed, or one that passed no
            longer ago than this.
    """

    expression: str
    timezone: Zone
    interval: timedelta = field(default=timedelta(0), kw_only=True)
    run_immediately: bool | timedelta = field(default=False, kw_only=True)
    kind: ClassVar[str] = "cron_trigger"

    def arguments(self) -> dict[str, Json]:
        return {"cron": self.expression, **_options(self.interval, self.run_immediately)}

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
        interval: timedelta = timedelta(0),
        run_immediately: bool | timedelta = False,
    ) -> None:
        if not crons:
            raise InvalidSchedule("cron expression required")
        self.crons = crons
        self.timezone = timezone
        self.interval = interval
        self.run_immediately = run_immediately

    def arguments(self) -> dict[str, Json]:
        return {"crons": list(self.crons), **_options(self.interval, self.run_immediately)}

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
    interval: timedelta = field(default=timedelta(0), kw_only=True)
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


class AssetOrTimeSchedule(BaseTimetable):
    """Runs of a timetable, and runs that assets trigger."""

    kind: ClassVar[str] = "assets"

    def __init__(self, *, timetable: BaseTimetable, assets: Collection[Asset] | BaseAsset) -> None:
        self.timetable = timetable
        self.assets = assets


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


def _options(interval: timedelta, run_immediately: bool | timedelta) -> Mapping[str, Json]:
    found: dict[str, Json] = {}
    if interval:
        if not isinstance(interval, timedelta):
            raise InvalidSchedule(f"the interval of a trigger timetable must be a timedelta, not {interval!r}")
        found["interval_s"] = interval.total_seconds()
    if run_immediately:
        found["run_immediately"] = run_immediately.total_seconds() if isinstance(run_immediately, timedelta) else True
    return found
