"""Triggers that fire at a moment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pendulum

from tradewind.providers.standard.moments import moment_of, now
from tradewind.sdk.trigger import BaseTrigger, TaskSuccessEvent, TriggerEvent

__all__ = ["DateTimeTrigger", "TimeDeltaTrigger"]

LONGEST_SLEEP_S = 3_600.0
"""The wall clock may be set while a trigger sleeps."""


class DateTimeTrigger(BaseTrigger):
    """Fires at a moment, and says which.

    Args:
        moment: an aware datetime.
        target_time: the same, or a text; for triggers that tasks start from, whose arguments are templates.
        end_from_trigger: end the task in success then, without another process.
    """

    def __init__(
        self,
        moment: datetime | None = None,
        *,
        target_time: datetime | str | None = None,
        end_from_trigger: bool = False,
    ) -> None:
        super().__init__()
        given = moment or target_time
        if given is None:
            raise ValueError("a DateTimeTrigger needs a moment")
        if not isinstance(given, datetime | str):
            raise TypeError(f"Expected datetime.datetime type for moment. Got {type(given)}")
        if isinstance(given, datetime) and given.tzinfo is None:
            raise ValueError("You cannot pass naive datetimes")
        self.moment: pendulum.DateTime = moment_of(given).in_timezone("UTC")
        self.end_from_trigger = end_from_trigger

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return f"{__name__}.DateTimeTrigger", {"moment": self.moment, "end_from_trigger": self.end_from_trigger}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        while (left := (self.moment - now()).total_seconds()) > 0:  # noqa: ASYNC110 - time passes, and nothing tells
            await asyncio.sleep(min(left, LONGEST_SLEEP_S))
        yield TaskSuccessEvent() if self.end_from_trigger else TriggerEvent(self.moment)


class TimeDeltaTrigger(DateTimeTrigger):
    """Fires some time from now.

    Args:
        delta: how long.
        end_from_trigger: end the task in success then, without another process.
    """

    def __init__(self, delta: timedelta, *, end_from_trigger: bool = False) -> None:
        super().__init__(moment=now() + delta, end_from_trigger=end_from_trigger)
