"""Sensors that wait for some time."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from tradewind.providers.standard.moments import now
from tradewind.providers.standard.triggers.temporal import DateTimeTrigger, TimeDeltaTrigger
from tradewind.sdk.operator_settings import default_deferrable
from tradewind.sdk.sensor import BaseSensorOperator

__all__ = ["TimeDeltaSensor", "TimeDeltaSensorAsync", "WaitSensor"]


class TimeDeltaSensor(BaseSensorOperator):
    """Waits until some time after the end of the run's data interval, or after the run was due.

    Args:
        delta: how long: a timedelta, or seconds; templated.
        deferrable: wait without a process; None: as ``operators.default_deferrable`` says.
        end_from_trigger: end without a process too.
    """

    template_fields = ("delta",)

    def __init__(
        self,
        *,
        delta: timedelta | int | str,
        deferrable: bool | None = None,
        end_from_trigger: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.delta = delta
        self.deferrable = default_deferrable() if deferrable is None else deferrable
        self.end_from_trigger = end_from_trigger

    def poke(self, context: Any) -> bool:
        """Look at the clock."""
        return now() > self._moment(context)

    def execute(self, context: Any) -> Any:
        """Wait, in this process or without one."""
        if not self.deferrable:
            return super().execute(context)
        moment = self._moment(context)
        if now() > moment:
            return True
        trigger = DateTimeTrigger(moment=moment, end_from_trigger=self.end_from_trigger)
        return self.defer(trigger=trigger, method_name="execute_complete", timeout=self.timeout)

    def execute_complete(self, context: Any, event: Any = None) -> None:
        """The time is over."""

    def _moment(self, context: Any) -> Any:
        begin = context.get("data_interval_end") or context["dag_run"].run_after
        return begin + delta_of(self.delta, unit_s=1)


class TimeDeltaSensorAsync(TimeDeltaSensor):
    """`TimeDeltaSensor` that always waits without a process."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "deferrable": True})


class WaitSensor(BaseSensorOperator):
    """Waits for some time, counted from its start.

    Args:
        time_to_wait: a timedelta, or minutes; templated.
        deferrable: wait, and end, without a process; None: as ``operators.default_deferrable`` says.
    """

    template_fields = ("time_to_wait",)

    def __init__(self, *, time_to_wait: timedelta | int | str, deferrable: bool | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.time_to_wait = time_to_wait
        self.deferrable = default_deferrable() if deferrable is None else deferrable

    def execute(self, context: Any) -> None:  # noqa: ARG002 - the shape of an operator
        """Wait, in this process or without one."""
        delta = delta_of(self.time_to_wait, unit_s=60)
        if not self.deferrable:
            time.sleep(delta.total_seconds())
            return
        self.defer(trigger=TimeDeltaTrigger(delta, end_from_trigger=True), method_name="execute_complete")

    def execute_complete(self, context: Any, event: Any = None) -> None:
        """The time is over."""


def delta_of(value: timedelta | float | str, *, unit_s: float) -> timedelta:
    """A stretch of time that is given as one, as a number of units, or as what a template made of either.

    Raises:
        ValueError: it is a text that is neither.
    """
    if isinstance(value, timedelta):
        return value
    if isinstance(value, str) and ":" in value:
        days, _, clock = value.rpartition(" day")
        hours, minutes, seconds = (float(part) for part in clock.lstrip("s, ").split(":"))
        return timedelta(days=float(days or 0), hours=hours, minutes=minutes, seconds=seconds)
    return timedelta(seconds=float(value) * unit_s)
