"""A sensor that waits for a moment."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tradewind.providers.standard.moments import moment_of, now
from tradewind.sdk.authoring_errors import InvalidArgumentType
from tradewind.sdk.sensor import BaseSensorOperator

__all__ = ["DateTimeSensor"]


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
        return now() > moment_of(self.target_time, context["dag"].timezone)
