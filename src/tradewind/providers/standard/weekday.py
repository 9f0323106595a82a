"""Days of the week, by the names that operators and sensors take."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

from tradewind.sdk.authoring_errors import InvalidArgument, InvalidArgumentType

__all__ = ["WeekDay", "week_days"]


class WeekDay(IntEnum):
    """A day of the week; Monday is 1, as in ISO 8601."""

    MONDAY = 1
    TUESDAY = 2
    WEDNESDAY = 3
    THURSDAY = 4
    FRIDAY = 5
    SATURDAY = 6
    SUNDAY = 7


def week_days(given: object) -> frozenset[int]:
    """ISO numbers of a day or several, each a name such as ``"Monday"`` or a `WeekDay`.

    Raises:
        InvalidArgumentType: not a day at all.
        InvalidArgument: no such day, or none.
    """
    if isinstance(given, str | WeekDay):
        days: list[object] = [given]
    elif isinstance(given, Iterable):
        days = list(given)
    else:
        raise InvalidArgumentType(
            f"Unsupported Type for week_day parameter: {type(given)}. Input should be iterable type: str, set, list, "
            "dict or Weekday enum type"
        )
    if not days:
        raise InvalidArgument("week_day names no day")
    return frozenset(_number(day) for day in days)


def _number(day: object) -> int:
    if isinstance(day, WeekDay):
        return int(day)
    name = str(day).strip().upper()
    if name not in WeekDay.__members__:
        raise InvalidArgument(f"Invalid Week Day passed: {str(day)!r}; days are {', '.join(WeekDay.__members__)}")
    return int(WeekDay[name])
