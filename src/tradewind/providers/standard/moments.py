"""The present, and moments that users give as text, date, time or datetime."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

import pendulum

from tradewind.base.clock import SystemClock

__all__ = ["at_time_of_day", "moment_of", "now"]


def now() -> pendulum.DateTime:
    """The present moment, in UTC."""
    return pendulum.instance(SystemClock().now())


def moment_of(value: datetime | str, timezone: Any = "UTC") -> pendulum.DateTime:
    """An aware moment; one without a zone is in `timezone`."""
    if isinstance(value, str):
        parsed = pendulum.parse(value, tz=timezone)
        if not isinstance(parsed, pendulum.DateTime):
            raise TypeError(f"{value!r} is not a moment in time")
        return parsed
    return pendulum.instance(value, tz=timezone) if value.tzinfo is None else pendulum.instance(value)


def at_time_of_day(day: pendulum.DateTime, clock_time: time, timezone: Any) -> pendulum.DateTime:
    """That time of the day which `day` falls on in `timezone`, or in the time's own zone."""
    zone: Any = clock_time.tzinfo or timezone
    local = day.in_timezone(zone)
    return local.set(
        hour=clock_time.hour, minute=clock_time.minute, second=clock_time.second, microsecond=clock_time.microsecond
    )
