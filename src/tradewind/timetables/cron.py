"""Cron expressions on naive local time: parsing, and the next and previous match of the wall clock.

Five fields (minute, hour, day of month, month, day of week), six (second last) or seven (then year). Understood are
lists, ranges (also over the end, ``fri-mon``), steps, names, ``?``, ``L`` (last day of the month), ``15W`` (weekday
nearest the 15th), ``fri#2`` (second Friday) and ``L5`` (last Friday). Where day of month and day of week are both
restricted, a day matches when either does.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from tradewind.base.errors import InvalidInput

__all__ = ["PRESETS", "Cron", "parse_cron"]

PRESETS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@quarterly": "0 0 1 */3 *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}

MONTHS = {
    name: n
    for n, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], start=1
    )
}
WEEKDAYS = {name: n for n, name in enumerate(["sun", "mon", "tue", "wed", "thu", "fri", "sat"])}
LONGEST_GAP_YEARS = 50
"""No pattern without a year field is silent for longer: 29 February on a given weekday comes after 40 at most."""
SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    low: int
    high: int
    names: dict[str, int]


FIELDS = (
    _Field("minute", 0, 59, {}),
    _Field("hour", 0, 23, {}),
    _Field("day of month", 1, 31, {}),
    _Field("month", 1, 12, MONTHS),
    _Field("day of week", 0, 7, WEEKDAYS),
    _Field("second", 0, 59, {}),
    _Field("year", 1970, 2099, {}),
)

ITEM = re.compile(r"(?P<low>\*|\w+)(?:-(?P<high>\w+))?(?:/(?P<step>\d+))?")
NTH = re.compile(r"(?P<day>\w+)#(?P<n>[1-5])")


@dataclass(frozen=True, slots=True)
class _Days:
    """Which days of a month match."""

    of_month: frozenset[int]
    last_of_month: bool
    nearest_weekdays: frozenset[int]
    any_of_month: bool
    of_week: frozenset[int]
    nth_of_week: frozenset[tuple[int, int]]
    """Pairs (day of week, n); n 0: the last one of the month."""
    any_of_week: bool

    def of(self, year: int, month: int) -> list[int]:
        """The matching days of a month, in order."""
        first, length = monthrange(year, month)
        first = (first + 1) % 7  # Sunday is 0
        if self.any_of_month and self.any_of_week:
            return list(range(1, length + 1))
        if self.any_of_week:
            return sorted(self._by_month(first, length))
        by_week = [day for day in range(1, length + 1) if self._on_weekday(day, first, length)]
        if self.any_of_month:
            return by_week
        return sorted(self._by_month(first, length).union(by_week))

    def _by_month(self, first: int, length: int) -> set[int]:
        days = {day for day in self.of_month if day <= length}
        if self.last_of_month:
            days.add(length)
        for day in self.nearest_weekdays:
            if day <= length:
                days.add(_nearest_weekday(day, first, length))
        return days

    def _on_weekday(self, day: int, first: int, length: int) -> bool:
        weekday = (first + day - 1) % 7
        if weekday in self.of_week or (weekday, (day + 6) // 7) in self.nth_of_week:
            return True
        return (weekday, 0) in self.nth_of_week and day + 7 > length


def _nearest_weekday(day: int, first: int, length: int) -> int:
    weekday = (first + day - 1) % 7
    if weekday == 6:
        return day - 1 if day > 1 else day + 2
    if weekday == 0:
        return day + 1 if day < length else day - 2
    return day


class Cron:
    """A parsed expression. Use `parse_cron`."""

    def __init__(
        self, text: str, sets: tuple[tuple[int, ...], ...], days: _Days, years: tuple[int, ...] | None
    ) -> None:
        self.text = text
        self._minutes, self._hours, self._months, self._seconds = sets
        self._days = days
        self._years = years
        self._month: tuple[int, int, list[int]] = (0, 0, [])
        """The month that was looked at last, with its days: searches come in order of time."""
        self.every_hour = len(self._hours) == 24
        """Whether every hour of a matching day has a match: such a schedule follows the clock, not the wall's label."""

    def next(self, after: datetime) -> datetime | None:
        """The first match after a naive moment; None: there is none any more."""
        start = (after.replace(microsecond=0) if after.microsecond else after) + SECOND
        known = self._month
        if start.day in known[2] and start.month == known[1] and start.year == known[0]:
            found = self._time_from(start.hour, start.minute, start.second)
            if found is not None:
                return datetime(start.year, start.month, start.day, *found)  # noqa: DTZ001 - the wall clock has no zone
        for year, month in self._later_months(start):
            days = self._days_of(year, month)
            first = start.day if (year, month) == (start.year, start.month) else 1
            for day in days[bisect_left(days, first) :]:
                is_first = (year, month, day) == (start.year, start.month, start.day)
                found = self._time_from(start.hour, start.minute, start.second) if is_first else self._first_time()
                if found is not None:
                    return datetime(year, month, day, *found)  # noqa: DTZ001 - the wall clock has no zone
        return None

    def previous(self, before: datetime) -> datetime | None:
        """The last match before a naive moment; None: there is none."""
        start = before if before.microsecond else before - SECOND
        for year, month in self._earlier_months(start):
            days = self._days_of(year, month)
            last = start.day if (year, month) == (start.year, start.month) else 31
            for day in reversed(days[: bisect_right(days, last)]):
                is_first = (year, month, day) == (start.year, start.month, start.day)
                found = self._time_until(start.hour, start.minute, start.second) if is_first else self._last_time()
                if found is not None:
                    return datetime(year, month, day, *found)  # noqa: DTZ001 - the wall clock has no zone
        return None

    def _days_of(self, year: int, month: int) -> list[int]:
        """The matching days of a month that matches."""
        known = self._month
        if (year, month) != known[:2]:
            known = self._month = (year, month, self._days.of(year, month))
        return known[2]

    def _later_months(self, start: datetime) -> Iterator[tuple[int, int]]:
        last = min(start.year + LONGEST_GAP_YEARS, 9999)
        years = range(start.year, last + 1) if self._years is None else self._years
        for year in years:
            for month in self._months:
                if (year, month) >= (start.year, start.month):
                    yield year, month

    def _earlier_months(self, start: datetime) -> Iterator[tuple[int, int]]:
        first = max(start.year - LONGEST_GAP_YEARS, 1)
        years = range(start.year, first - 1, -1) if self._years is None else reversed(self._years)
        for year in years:
            for month in reversed(self._months):
                if (year, month) <= (start.year, start.month):
                    yield year, month

    def _first_time(self) -> tuple[int, int, int]:
        return self._hours[0], self._minutes[0], self._seconds[0]

    def _last_time(self) -> tuple[int, int, int]:
        return self._hours[-1], self._minutes[-1], self._seconds[-1]

    def _time_from(self, hour: int, minute: int, second: int) -> tuple[int, int, int] | None:
        """The first time of day at or after one."""
        if hour in self._hours:
            if minute in self._minutes and second <= self._seconds[-1]:
                return hour, minute, self._seconds[bisect_left(self._seconds, second)]
            if minute < self._minutes[-1]:
                return hour, self._minutes[bisect_right(self._minutes, minute)], self._seconds[0]
        if hour < self._hours[-1]:
            return self._hours[bisect_right(self._hours, hour)], self._minutes[0], self._seconds[0]
        return None

    def _time_until(self, hour: int, minute: int, second: int) -> tuple[int, int, int] | None:
        """The last time of day at or before one."""
        if hour in self._hours:
            if minute in self._minutes and second >= self._seconds[0]:
                return hour, minute, self._seconds[bisect_right(self._seconds, second) - 1]
            if minute > self._minutes[0]:
                return hour, self._minutes[bisect_left(self._minutes, minute) - 1], self._seconds[-1]
        if hour > self._hours[0]:
            return self._hours[bisect_left(self._hours, hour) - 1], self._minutes[-1], self._seconds[-1]
        return None


def parse_cron(text: str) -> Cron:
    """Read an expression or one of `PRESETS`.

    Raises:
        InvalidInput: it can't be read, or it names no date that ever comes (30 February).
    """
    expanded = PRESETS.get(text.strip().lower(), text.strip())
    parts = expanded.lower().split()
    if len(parts) not in (5, 6, 7):
        raise InvalidInput(f"a cron expression has 5, 6 or 7 fields, but {text!r} has {len(parts)}", cron=text)
    minutes = _numbers(parts[0], FIELDS[0], text)
    hours = _numbers(parts[1], FIELDS[1], text)
    months = _numbers(parts[3], FIELDS[3], text)
    seconds = _numbers(parts[5], FIELDS[5], text) if len(parts) > 5 else (0,)
    years = _numbers(parts[6], FIELDS[6], text) if len(parts) > 6 and parts[6] != "*" else None
    cron = Cron(
        " ".join(expanded.split()), (minutes, hours, months, seconds), _parse_days(parts[2], parts[4], text), years
    )
    if cron.next(datetime(1969, 12, 31)) is None:  # noqa: DTZ001 - the wall clock has no zone
        raise InvalidInput(f"the cron expression {text!r} names a date that never comes", cron=text)
    return cron


def _parse_days(of_month: str, of_week: str, text: str) -> _Days:
    plain: list[str] = []
    nearest: set[int] = set()
    has_last = False
    for item in of_month.split(","):
        if item == "l":
            has_last = True
        elif re.fullmatch(r"\d+w", item):
            nearest.update(_numbers(item[:-1], FIELDS[2], text))
        else:
            plain.append(item)
    days, weekdays, nth = (
        (_numbers(",".join(plain), FIELDS[2], text) if plain else ()),
        list[str](),
        set[tuple[int, int]](),
    )
    for item in of_week.split(","):
        if found := NTH.fullmatch(item):
            nth.add((_weekday(found["day"], text), int(found["n"])))
        elif re.fullmatch(r"l\w+", item):
            nth.add((_weekday(item[1:], text), 0))
        else:
            weekdays.append(item)
    if nth and weekdays:
        raise InvalidInput(f"the cron expression {text!r} mixes days of the week with '#' or 'L' days", cron=text)
    days_of_week = (
        frozenset(n % 7 for n in _numbers(",".join(weekdays), FIELDS[4], text)) if weekdays else frozenset[int]()
    )
    # As in croniter: a field that names all its values restricts nothing if the other one has a star.
    any_of_month = of_month in ("*", "?") or (len(days) == 31 and "*" in of_week)
    any_of_week = of_week in ("*", "?") or (len(days_of_week) == 7 and "*" in of_month)
    return _Days(
        of_month=frozenset(days),
        last_of_month=has_last,
        nearest_weekdays=frozenset(nearest),
        any_of_month=any_of_month,
        of_week=days_of_week,
        nth_of_week=frozenset(nth),
        any_of_week=any_of_week,
    )


def _weekday(word: str, text: str) -> int:
    return _number(word, FIELDS[4], text) % 7


def _numbers(part: str, field: _Field, text: str) -> tuple[int, ...]:
    """The values that a field names, in order."""
    if part == "?" and field.name.startswith("day"):
        part = "*"
    values: set[int] = set()
    for item in part.split(","):
        found = ITEM.fullmatch(item)
        if found is None:
            raise InvalidInput(f"{item!r} is not a {field.name} in the cron expression {text!r}", cron=text)
        values.update(_range(found, field, text))
    return tuple(sorted(values))


def _range(item: re.Match[str], field: _Field, text: str) -> Iterator[int]:
    step = int(item["step"]) if item["step"] else 1
    if step == 0:
        raise InvalidInput(f"a step of 0 in the {field.name} of the cron expression {text!r}", cron=text)
    top = 6 if field.high == 7 else field.high
    if item["low"] == "*":
        if item["high"]:
            raise InvalidInput(f"{item[0]!r} is not a {field.name} in the cron expression {text!r}", cron=text)
        yield from range(field.low, top + 1, step)
        return
    low = _number(item["low"], field, text)
    if item["high"]:
        high = _number(item["high"], field, text)
    else:
        high = max(top, low) if item["step"] else low
    if low <= high:
        yield from range(low, high + 1, step)
        return
    if field.name == "year":
        raise InvalidInput(f"the years {item[0]!r} run backwards in the cron expression {text!r}", cron=text)
    size = top - field.low + 1
    for value in range(low, high + size + 1, step):
        yield value if value <= top else value - size


def _number(word: str, field: _Field, text: str) -> int:
    if word in field.names:
        return field.names[word]
    if not word.isascii() or not word.isdigit():
        raise InvalidInput(f"{word!r} is not a {field.name} in the cron expression {text!r}", cron=text)
    value = int(word)
    if not field.low <= value <= field.high:
        raise InvalidInput(
            f"the {field.name} {value} is not between {field.low} and {field.high} in the cron expression {text!r}",
            cron=text,
        )
    return value
