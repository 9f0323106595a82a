"""Sensors that wait for some time."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from tradewind.providers.standard.moments import now
from tradewind.sdk.sensor import BaseSensorOperator

__all__ = ["TimeDeltaSensor", "WaitSensor"]


class TimeDeltaSensor(BaseSensorOperator):
    """Waits until some time after the end of the run's data interval, or after the run was due.

    Args:
        delta: how long.
        deferrable: accepted; the wait stays in the task's process.
    """

    def __init__(self, *, delta: timedelta, deferrable: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.delta = delta
        self.deferrable = deferrable

    def poke(self, context: Any) -> bool:
        """Look at the clock."""
        begin = context.get("data_interval_end") or context["dag_run"].run_after
        return now() > begin + self.delta


class WaitSensor(BaseSensorOperator):
    """Waits for some time, counted from its start.

    Args:
        time_to_wait: minutes, or a timedelta.
        deferrable: accepted; the wait stays in the task's process.
    """

    def __init__(self, *, time_to_wait: timedelta | int, deferrable: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.time_to_wait = time_to_wait if isinstance(time_to_wait, timedelta) else timedelta(minutes=time_to_wait)
        self.deferrable = deferrable

    def execute(self, context: Any) -> None:  # noqa: ARG002 - the shape of an operator
        """Wait."""
        time.sleep(self.time_to_wait.total_seconds())
