"""`days_ago` and its like, which Airflow 3 has dropped and many DAG files still use."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pendulum

from airflow._forward import moved
from airflow.sdk.timezone import utcnow
from tradewind.timetables import PRESETS

__all__ = [
    "cron_presets",
    "date_range",
    "days_ago",
    "infer_time_unit",
    "parse_execution_date",
    "round_time",
    "scale_time_units",
]

moved(__name__, "pendulum, e.g. pendulum.today('UTC').add(days=-1)")

cron_presets = dict(PRESETS)


def days_ago(n: int, hour: int = 0, minute: int = 0, second: int = 0, microsecond: int = 0) -> datetime:
    """The moment `n` days before today, at midnight UTC unless told."""
    today = utcnow().replace(hour=hour, minute=minute, second=second, microsecond=microsecond)
    return today - timedelta(days=n)


def date_range(start_date: datetime, end_date: datetime | None = None, num: int | None = None,
               delta: timedelta = timedelta(days=1)) -> list[datetime]:  # fmt: skip
    """Moments from `start_date` on, `delta` apart: `num` of them, or up to `end_date`."""
    end = end_date or (start_date + delta * (num - 1) if num else utcnow())
    found = [start_date]
    while found[-1] + delta <= end and (num is None or len(found) < num):
        found.append(found[-1] + delta)
    return found


def round_time(moment: datetime, delta: timedelta, start_date: datetime | None = None) -> datetime:
    """The multiple of `delta` after `start_date` (1970, unless told) that is nearest to a moment."""
    origin = start_date or datetime(1970, 1, 1, tzinfo=moment.tzinfo)
    return origin + delta * round((moment - origin) / delta)


def infer_time_unit(time_seconds_arr: list[float]) -> str:
    """The unit in which the longest of some times, in seconds, reads well."""
    longest = max(time_seconds_arr, default=0)
    limits = {"seconds": 2 * 60, "minutes": 2 * 60 * 60, "hours": 24 * 2 * 60 * 60}
    return "hours" if not time_seconds_arr else next((unit for unit, end in limits.items() if longest <= end), "days")


def scale_time_units(time_seconds_arr: list[float], unit: str) -> list[float]:
    """Seconds in another unit: minutes, hours or days."""
    size = {"minutes": 60, "hours": 3600, "days": 86400}.get(unit, 1)
    return [seconds / size for seconds in time_seconds_arr]


def parse_execution_date(text: str) -> Any:
    """The moment that a text tells."""
    return pendulum.parse(text)
