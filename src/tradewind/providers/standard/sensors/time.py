"""A sensor that waits for a time of the day."""

from __future__ import annotations

from datetime import time
from typing import Any

from tradewind.providers.standard.moments import at_time_of_day, now
from tradewind.sdk.sensor import BaseSensorOperator

__all__ = ["TimeSensor"]


class TimeSensor(BaseSensorOperator):
    """Waits until a time of the day on which the run started, in the DAG's time zone.

    Args:
        target_time: the time.
        deferrable, start_from_trigger, end_from_trigger, trigger_kwargs: accepted; the wait stays in the process.
    """

    def __init__(
        self,
        *,
        target_time: time,
        deferrable: bool = False,
        start_from_trigger: bool = False,
        end_from_trigger: bool = False,
        trigger_kwargs: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.target_time = target_time
        self.deferrable = deferrable
        self.start_from_trigger = start_from_trigger
        self.end_from_trigger = end_from_trigger
        self.trigger_kwargs = trigger_kwargs

    def poke(self, context: Any) -> bool:
        """Look at the clock."""
        day = context["dag_run"].start_date or now()
        return now() > at_time_of_day(day, self.target_time, context["dag"].timezone)
