"""Moments with time zones: the functions of `airflow.sdk.timezone` and `airflow.utils.timezone`, on pendulum."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pendulum
from dateutil.relativedelta import relativedelta

from tradewind.base.clock import SystemClock

__all__ = [
    "coerce_datetime",
    "convert_to_utc",
    "datetime",
    "from_timestamp",
    "initialize",
    "is_localized",
    "is_naive",
    "local_timezone",
    "make_aware",
    "make_naive",
    "parse",
    "parse_timezone",
    "td_format",
    "utc",
    "utc_epoch",
    "utcnow",
]

utc = pendulum.UTC


def utcnow() -> dt.datetime:
    """The present moment, in UTC."""
    return SystemClock().now().astimezone(utc)


def utc_epoch() -> dt.datetime:
    """The start of 1970."""
    return dt.datetime(1970, 1, 1, tzinfo=utc)


def is_localized(value: dt.datetime) -> bool:
    """Whether a moment has a zone."""
    return value.utcoffset() is not None


def is_naive(value: dt.datetime) -> bool:
    """Whether a moment has none."""
    return value.utcoffset() is None


def convert_to_utc(value: dt.datetime | None) -> Any:
    """The moment in UTC, as a pendulum DateTime; one without a zone is taken to be in UTC."""
    if value is None:
        return None
    return pendulum.instance(make_aware(value) if is_naive(value) else value).in_tz(utc)


def make_aware(value: dt.datetime | None, timezone: Any = None) -> Any:
    """The same wall clock in a zone; UTC unless told.

    Raises:
        ValueError: it has a zone already.
    """
    if value is None:
        return None
    if is_localized(value):
        raise ValueError(f"make_aware expects a naive datetime, got {value}")
    return value.replace(tzinfo=timezone or utc)


def make_naive(value: dt.datetime, timezone: Any = None) -> dt.datetime:
    """The wall clock of a moment in a zone, without the zone.

    Raises:
        ValueError: it has none.
    """
    if is_naive(value):
        raise ValueError("make_naive() cannot be applied to a naive datetime")
    return value.astimezone(timezone or utc).replace(tzinfo=None)


def datetime(*args: Any, **kwargs: Any) -> dt.datetime:
    """A `datetime.datetime` that is in UTC unless told."""
    kwargs.setdefault("tzinfo", utc)
    return dt.datetime(*args, **kwargs)  # noqa: DTZ001 - there is one, see above


def parse(string: str, timezone: Any = None, *, strict: bool = False) -> Any:
    """The moment that a text tells."""
    return pendulum.parse(string, tz=timezone or utc, strict=strict)


def coerce_datetime(value: dt.datetime | None, tz: dt.tzinfo | None = None) -> Any:
    """A pendulum DateTime of a moment; one without a zone gets one."""
    if value is None:
        return None
    return pendulum.instance(value if is_localized(value) else make_aware(value, tz))


def parse_timezone(name: str | int) -> Any:
    """A zone by name, or by seconds east of UTC."""
    return pendulum.timezone(name)


def local_timezone() -> Any:
    """The zone of this machine."""
    return pendulum.local_timezone()


def from_timestamp(timestamp: float, tz: Any = utc) -> Any:
    """The moment so many seconds after 1970 began."""
    return pendulum.from_timestamp(timestamp, tz=tz)


def initialize(default_timezone: str) -> None:
    """Nothing: moments without a zone are in UTC here."""


def td_format(delta: dt.timedelta | float | None) -> str | None:
    """A length of time in short words, such as ``1h:2M``; None where there is none."""
    if not delta:
        return None
    seconds = int(delta.total_seconds() if isinstance(delta, dt.timedelta) else delta)
    parts = relativedelta(seconds=seconds).normalized()
    units = {"years": "y", "months": "M", "days": "d", "hours": "h", "minutes": "m", "seconds": "s"}
    text = ":".join(f"{getattr(parts, unit)}{short}" for unit, short in units.items() if getattr(parts, unit))
    return text or "<1s"
