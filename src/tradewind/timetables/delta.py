"""A step of time: a fixed length, or one by the calendar (a month is as long as the month it starts in)."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tradewind.base.errors import InvalidInput
from tradewind.timetables.base import Args

__all__ = ["Delta", "parse_delta"]

CALENDAR_UNITS = ("years", "months")
FIXED_UNITS = ("weeks", "days", "hours", "minutes", "seconds")


@dataclass(frozen=True, slots=True)
class Delta:
    """Months first, clipped to the last day of a shorter month; then the fixed part. Reckoned in UTC."""

    months: int
    fixed: timedelta

    @property
    def nominal(self) -> timedelta:
        """About how long it is: a year counts 365 days, a month 30."""
        years, months = divmod(self.months, 12)
        return timedelta(days=365 * years + 30 * months) + self.fixed

    def after(self, moment: datetime) -> datetime:
        """The moment one step later."""
        return _add_months(moment.astimezone(UTC), self.months) + self.fixed

    def before(self, moment: datetime) -> datetime:
        """The moment one step earlier."""
        return _add_months(moment.astimezone(UTC), -self.months) - self.fixed

    def __str__(self) -> str:
        if not self.months:
            return str(self.fixed)
        years, months = divmod(self.months, 12)
        words = [f"{n} {unit}{'' if n == 1 else 's'}" for n, unit in ((years, "year"), (months, "month")) if n]
        return ", ".join([*words, *([str(self.fixed)] if self.fixed else [])])


def _add_months(moment: datetime, months: int) -> datetime:
    if not months:
        return moment
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))


def parse_delta(args: Args) -> Delta:
    """Read ``{"seconds": N}`` or calendar units by name.

    Raises:
        InvalidInput: an unknown unit, a value that is no number, or a step that doesn't go forward.
    """
    units = {name: value for name, value in args.items() if name in CALENDAR_UNITS + FIXED_UNITS}
    numbers: dict[str, float] = {}
    for name, value in units.items():
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise InvalidInput(f"{name} of a schedule's delta must be a number, not {value!r}", unit=name)
        if name in CALENDAR_UNITS and value != int(value):
            raise InvalidInput(f"{name} of a schedule's delta must be a whole number, not {value!r}", unit=name)
        numbers[name] = value
    try:
        fixed = timedelta(**{name: value for name, value in numbers.items() if name in FIXED_UNITS})
    except (OverflowError, ValueError) as error:
        raise InvalidInput(f"a schedule's delta can't be that long: {dict(args)}") from error
    delta = Delta(int(numbers.get("years", 0)) * 12 + int(numbers.get("months", 0)), fixed)
    if delta.nominal <= timedelta(0):
        raise InvalidInput(f"a schedule's delta must go forward, not {delta}")
    return delta
