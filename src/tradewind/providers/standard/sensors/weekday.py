"""A sensor that waits for a day of the week."""

from __future__ import annotations

from typing import Any

from tradewind.providers.standard.moments import now
from tradewind.providers.standard.weekday import week_days
from tradewind.sdk.sensor import BaseSensorOperator

__all__ = ["DayOfWeekSensor"]


class DayOfWeekSensor(BaseSensorOperator):
    """Waits until it is one of these days.

    Args:
        week_day: a day, or several: names or `WeekDay`.
        use_task_logical_date: look at the run's logical date, not at the clock.
    """

    def __init__(self, *, week_day: Any, use_task_logical_date: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.week_day = week_day
        self.use_task_logical_date = use_task_logical_date
        self._week_days = week_days(week_day)

    def poke(self, context: Any) -> bool:
        """Look at the calendar."""
        moment = context["logical_date"] if self.use_task_logical_date and "logical_date" in context else now()
        return moment.isoweekday() in self._week_days
