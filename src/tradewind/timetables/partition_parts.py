"""What partitions are made of: stretches of time and fixed segments, as keys and as windows of finer keys."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Protocol

from tradewind.base.errors import InvalidInput

__all__ = ["DEFAULT_FORMATS", "UNITS", "OneToOne", "Part", "Segments", "Span", "StartOf", "Window"]

Part = datetime | str
"""A key as a mapper understands it: wall-clock time at the start of its stretch, or plain text."""


class OneToOne:
    """What mappers have in common that need no other key to be there. Text stands for itself."""

    is_temporal = False

    def is_met(self, key: str, arrived: Collection[str]) -> bool:
        del key
        return bool(arrived)

    def missing(self, key: str, arrived: Collection[str]) -> list[str]:
        return [] if arrived else [key]

    def date(self, key: str) -> datetime | None:
        del key
        return None

    def decode(self, key: str) -> Part:
        return key

    def encode_upstream(self, part: Part) -> str:
        return str(part)

    def encode_downstream(self, part: Part) -> str:
        return str(part)


# -- stretches of time -----------------------------------------------------------------------------------------------

_DIRECTIVES = {"Y": r"\d{4}", "m": r"\d\d", "d": r"\d\d", "H": r"\d\d", "M": r"\d\d", "S": r"\d\d", "V": r"\d\d",
               "U": r"\d\d", "W": r"\d\d"}  # fmt: skip
DEFAULT_FORMATS = {
    "hour": "%Y-%m-%dT%H",
    "day": "%Y-%m-%d",
    "week": "%Y-%m-%d (W%V)",
    "month": "%Y-%m",
    "quarter": "%Y-Q{quarter}",
    "year": "%Y",
}


@dataclass(frozen=True)
class StartOf(OneToOne):
    """The start of the hour, day, week, month, quarter or year that a moment is in."""

    unit: str
    zone: tzinfo
    input_format: str
    output_format: str
    is_temporal = True

    def downstream(self, key: str) -> list[str]:
        try:
            moment = datetime.strptime(key, self.input_format)  # noqa: DTZ007 - a key without an offset is local
        except ValueError as error:
            raise InvalidInput(f"the partition {key!r} has not the form {self.input_format!r}", key=key) from error
        if moment.tzinfo is not None:
            moment = moment.astimezone(self.zone)
        else:
            moment = moment.replace(tzinfo=self.zone)
        return [self.encode_downstream(moment)]

    def date(self, key: str) -> datetime | None:
        try:
            part = self.decode(key)
        except InvalidInput:
            return None
        assert isinstance(part, datetime)
        return part.replace(tzinfo=self.zone).astimezone(UTC)

    def decode(self, key: str) -> Part:
        """Wall-clock time at the start of the stretch, without a zone."""
        pattern = _pattern(self.output_format)
        found = pattern.fullmatch(key)
        if found is None:
            raise InvalidInput(f"the partition {key!r} has not the form {self.output_format!r}", key=key)
        values = found.groupdict()
        if "Y" not in values:
            raise InvalidInput(f"partitions of the form {self.output_format!r} do not say their year")
        quarter = values.get("quarter")
        month = int(quarter) * 3 - 2 if quarter else int(values.get("m") or 1)
        hour, minute, second = (int(values.get(name) or 0) for name in ("H", "M", "S"))
        try:
            return datetime(int(values["Y"]), month, int(values.get("d") or 1), hour, minute, second)  # noqa: DTZ001 - wall-clock time
        except ValueError as error:
            raise InvalidInput(f"the partition {key!r} is no date", key=key) from error

    def encode_upstream(self, part: Part) -> str:
        moment = self._moment(part).replace(tzinfo=self.zone)
        # by way of UTC: an hour that a change of the clock leaves out is the one after it
        return moment.astimezone(UTC).astimezone(self.zone).strftime(self.input_format)

    def encode_downstream(self, part: Part) -> str:
        start = _start(self._moment(part), self.unit)
        return start.strftime(self.output_format).replace("{quarter}", str((start.month - 1) // 3 + 1))

    @staticmethod
    def _moment(part: Part) -> datetime:
        if not isinstance(part, datetime):
            raise InvalidInput(f"{part!r} is no moment, so it has no start of anything")
        return part


def _start(moment: datetime, unit: str) -> datetime:
    moment = moment.replace(minute=0, second=0, microsecond=0)
    if unit == "hour":
        return moment
    moment = moment.replace(hour=0)
    match unit:
        case "week":
            return moment - timedelta(days=moment.weekday())
        case "month":
            return moment.replace(day=1)
        case "quarter":
            return moment.replace(day=1, month=(moment.month - 1) // 3 * 3 + 1)
        case "year":
            return moment.replace(day=1, month=1)
        case _:
            return moment


def _pattern(form: str) -> re.Pattern[str]:
    """What a key of this form looks like, with a group for each directive."""
    parts: list[str] = []
    seen: set[str] = set()
    position = 0
    for found in re.finditer(r"%([A-Za-z])|\{(\w+)\}", form):
        parts.append(re.escape(form[position : found.start()]))
        position = found.end()
        name = found[1] or found[2]
        shape = _DIRECTIVES.get(name) if found[1] else r"[1-4]" if name == "quarter" else r"\w+"
        if shape is None:
            parts.append(r".+?")
        elif name in seen:
            parts.append(f"(?P={name})")
        else:
            seen.add(name)
            parts.append(f"(?P<{name}>{shape})")
    parts.append(re.escape(form[position:]))
    return re.compile("".join(parts))


# -- windows -------------------------------------------------------------------------------------------------------


class Window(Protocol):
    is_temporal: bool

    def members(self, part: Part) -> list[Part]:
        """The finer parts that make up one."""
        ...


@dataclass(frozen=True)
class Segments:
    """The same fixed keys, whatever they are part of."""

    segments: tuple[str, ...]
    is_temporal = False

    def members(self, part: Part) -> list[Part]:
        del part
        return list(self.segments)


@dataclass(frozen=True)
class Span:
    """The minutes of an hour, hours of a day, days of a week or month, months of a quarter or year."""

    unit: str
    backward: bool
    is_temporal = True

    def members(self, part: Part) -> list[Part]:
        if not isinstance(part, datetime):
            raise InvalidInput(f"a window of time needs keys that are times, not {part!r}")
        if self.unit in ("month", "quarter", "year") and part.day != 1:
            raise InvalidInput(f"a {self.unit} begins on the first of a month, not on {part.date().isoformat()}")
        if self.unit in _STEPS:
            step, count = _STEPS[self.unit]
            first = part - step * (count - 1) if self.backward else part
            return [first + step * n for n in range(count)]
        if self.unit == "month":
            days = (_months_after(part, 1) - part).days
            first = part - timedelta(days=days - 1) if self.backward else part
            return [first + timedelta(days=n) for n in range(days)]
        count = 3 if self.unit == "quarter" else 12
        first = _months_after(part, 1 - count) if self.backward else part
        return [_months_after(first, n) for n in range(count)]


UNITS = ("hour", "day", "week", "month", "quarter", "year")
_STEPS = {
    "hour": (timedelta(minutes=1), 60),
    "day": (timedelta(hours=1), 24),
    "week": (timedelta(days=1), 7),
}


def _months_after(moment: datetime, months: int) -> datetime:
    total = moment.month - 1 + months
    return moment.replace(year=moment.year + total // 12, month=total % 12 + 1)
