"""Triggers for tests: one fires at once, one fails at once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from tradewind.sdk.trigger import BaseTrigger, TriggerEvent

__all__ = ["FailureTrigger", "SuccessTrigger"]


class SuccessTrigger(BaseTrigger):
    """Fires at once, with True."""

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Its path; it has no arguments."""
        return ("airflow.triggers.testing.SuccessTrigger", {})

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Fire."""
        yield TriggerEvent(True)


class FailureTrigger(BaseTrigger):
    """Fails at once.

    Args:
        exception: what it raises.
    """

    def __init__(self, exception: Exception | None = None) -> None:
        super().__init__()
        self.exception = exception

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Its path and its argument."""
        return ("airflow.triggers.testing.FailureTrigger", {"exception": self.exception})

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Fail.

        Raises:
            Exception: always.
        """
        if self.exception is not None:
            raise self.exception
        raise ValueError("Deliberate trigger failure")
        yield  # an async generator
