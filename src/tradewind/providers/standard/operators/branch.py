"""Branch operators that look at the calendar or the clock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any

import pendulum

from tradewind.providers.standard.moments import moment_of, now
from tradewind.providers.standard.weekday import week_days
from tradewind.sdk.authoring_errors import InvalidArgument
from tradewind.sdk.branch import BaseBranchOperator

__all__ = ["BranchDateTimeOperator", "BranchDayOfWeekOperator"]


class BranchDateTimeOperator(BaseBranchOperator):
    """Follows one branch within a span of time, another outside.

    Args:
        follow_task_ids_if_true, follow_task_ids_if_false: what to follow.
        target_lower, target_upper: the span, as moments or times of the day; None: open.
        use_task_logical_date: look at the run's logical date, not at the clock.
    """

    def __init__(
        self,
        *,
        follow_task_ids_if_true: str | Iterable[str],
        follow_task_ids_if_false: str | Iterable[str],
        target_lower: datetime | time | None,
        target_upper: datetime | time | None,
        use_task_logical_date: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if target_lower is None and target_upper is None:
            raise InvalidArgument(
                "Both target_upper and target_lower are None. At least one must be defined to be compared to the "
                "current datetime"
            )
        self.target_lower = target_lower
        self.target_upper = target_upper
        self.follow_task_ids_if_true = follow_task_ids_if_true
        self.follow_task_ids_if_false = follow_task_ids_if_false
        self.use_task_logical_date = use_task_logical_date

    def choose_branch(self, context: Any) -> str | Iterable[str]:
        """Look, and choose."""
        moment = context["logical_date"] if self.use_task_logical_date and "logical_date" in context else now()
        lower, upper = _span(moment, self.target_lower, self.target_upper)
        is_within = (lower is None or lower <= moment) and (upper is None or moment <= upper)
        return self.follow_task_ids_if_true if is_within else self.follow_task_ids_if_false


def _span(moment: pendulum.DateTime, lower: datetime | time | None, upper: datetime | time | None) -> tuple[Any, Any]:
    """Both ends as moments: times of the day are those of `moment`'s day; a span over midnight ends the day after."""
    ends = [_end(moment, lower), _end(moment, upper)]
    if isinstance(lower, time) and isinstance(upper, time) and ends[1] < ends[0]:
        ends[1] += timedelta(days=1)
    return ends[0], ends[1]


def _end(moment: pendulum.DateTime, end: datetime | time | None) -> Any:
    if end is None:
        return None
    if isinstance(end, datetime):
        return moment_of(end)
    return moment.set(hour=end.hour, minute=end.minute, second=end.second, microsecond=end.microsecond)


class BranchDayOfWeekOperator(BaseBranchOperator):
    """Follows one branch on certain days of the week, another on all others.

    Args:
        follow_task_ids_if_true, follow_task_ids_if_false: what to follow.
        week_day: a day, or several: names or `WeekDay`.
        use_task_logical_date: look at the run's logical date, not at the clock.
    """

    def __init__(
        self,
        *,
        follow_task_ids_if_true: str | Iterable[str],
        follow_task_ids_if_false: str | Iterable[str],
        week_day: Any,
        use_task_logical_date: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.follow_task_ids_if_true = follow_task_ids_if_true
        self.follow_task_ids_if_false = follow_task_ids_if_false
        self.week_day = week_day
        self.use_task_logical_date = use_task_logical_date
        self._week_days = week_days(week_day)

    def choose_branch(self, context: Any) -> str | Iterable[str]:
        """Look, and choose."""
        moment = context["logical_date"] if self.use_task_logical_date and "logical_date" in context else now()
        is_day = moment.isoweekday() in self._week_days
        return self.follow_task_ids_if_true if is_day else self.follow_task_ids_if_false
