"""Sensors that wait for a moment."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tradewind.providers.standard.moments import moment_of, now
from tradewind.providers.standard.triggers.temporal import DateTimeTrigger
from tradewind.sdk.authoring_errors import InvalidArgumentType
from tradewind.sdk.sensor import BaseSensorOperator
from tradewind.sdk.trigger import StartTriggerArgs

__all__ = ["DateTimeSensor", "DateTimeSensorAsync"]


class DateTimeSensor(BaseSensorOperator):
    """Waits until a moment.

    Args:
        target_time: a datetime, or a text, which may be a template such as
            ``{{ logical_date.tomorrow().replace(hour=1) }}``.
    """

    template_fields = ("target_time",)

    def __init__(self, *, target_time: str | datetime, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not isinstance(target_time, str | datetime):
            raise InvalidArgumentType(
                f"Expected str or datetime.datetime type for target_time. Got {type(target_time)}"
            )
        self.target_time = target_time.isoformat() if isinstance(target_time, datetime) else target_time

    def poke(self, context: Any) -> bool:
        """Look at the clock."""
        return now() > self._moment(context)

    def _moment(self, context: Any) -> Any:
        return moment_of(self.target_time, context["dag"].timezone)


class DateTimeSensorAsync(DateTimeSensor):
    """The same without a process while it waits.

    Args:
        start_from_trigger: wait from the start, before any process runs the task; `target_time` is no template then.
        end_from_trigger: end without a process too.
        trigger_kwargs: arguments of the trigger, where the task starts from it.
    """

    def __init__(
        self,
        *,
        start_from_trigger: bool = False,
        end_from_trigger: bool = False,
        trigger_kwargs: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.end_from_trigger = end_from_trigger
        self.start_from_trigger = start_from_trigger
        if start_from_trigger:
            given = trigger_kwargs or {"target_time": self.target_time}
            self.start_trigger_args = StartTriggerArgs(
                trigger_cls=f"{DateTimeTrigger.__module__}.{DateTimeTrigger.__qualname__}",
                trigger_kwargs={**given, "end_from_trigger": end_from_trigger},
                next_method="execute_complete",
            )

    def execute(self, context: Any) -> None:
        """Wait without a process.

        Raises:
            TaskDeferred: always.
        """
        trigger = DateTimeTrigger(moment=self._moment(context), end_from_trigger=self.end_from_trigger)
        self.defer(trigger=trigger, method_name="execute_complete")

    def execute_complete(self, context: Any, event: Any = None) -> None:
        """The moment has come."""
