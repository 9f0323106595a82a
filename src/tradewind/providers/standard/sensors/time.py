"""Sensors that wait for a time of the day."""

from __future__ import annotations

from datetime import time
from typing import Any

from tradewind.providers.standard.moments import at_time_of_day, now
from tradewind.providers.standard.triggers.temporal import DateTimeTrigger
from tradewind.sdk.operator_settings import default_deferrable
from tradewind.sdk.sensor import BaseSensorOperator
from tradewind.sdk.trigger import StartTriggerArgs

__all__ = ["TimeSensor", "TimeSensorAsync"]


class TimeSensor(BaseSensorOperator):
    """Waits until a time of the day on which the run started, in the DAG's time zone.

    Args:
        target_time: the time.
        deferrable: wait without a process; None: as ``operators.default_deferrable`` says.
        start_from_trigger: wait from the start, before any process runs the task; needs `trigger_kwargs`, since the
            moment is not known while the file is read.
        end_from_trigger: end without a process too.
        trigger_kwargs: arguments of the trigger, where the task starts from it.
    """

    def __init__(
        self,
        *,
        target_time: time,
        deferrable: bool | None = None,
        start_from_trigger: bool = False,
        end_from_trigger: bool = False,
        trigger_kwargs: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.target_time = target_time
        self.deferrable = default_deferrable() if deferrable is None else deferrable
        self.end_from_trigger = end_from_trigger
        self.start_from_trigger = start_from_trigger and bool(trigger_kwargs)
        if self.start_from_trigger:
            self.start_trigger_args = StartTriggerArgs(
                trigger_cls=f"{DateTimeTrigger.__module__}.{DateTimeTrigger.__qualname__}",
                trigger_kwargs={**(trigger_kwargs or {}), "end_from_trigger": end_from_trigger},
                next_method="execute_complete",
            )

    def execute(self, context: Any) -> Any:
        """Wait, in this process or without one."""
        if not self.deferrable:
            return super().execute(context)
        trigger = DateTimeTrigger(moment=self._moment(context), end_from_trigger=self.end_from_trigger)
        return self.defer(trigger=trigger, method_name="execute_complete")

    def execute_complete(self, context: Any, event: Any = None) -> None:
        """The time has come."""

    def poke(self, context: Any) -> bool:
        """Look at the clock."""
        return now() > self._moment(context)

    def _moment(self, context: Any) -> Any:
        day = context["dag_run"].start_date or now()
        return at_time_of_day(day, self.target_time, context["dag"].timezone)


class TimeSensorAsync(TimeSensor):
    """`TimeSensor` that always waits without a process."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "deferrable": True})
