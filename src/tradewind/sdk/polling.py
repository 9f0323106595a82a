"""Waits that have to look: often at first, less often the longer they take, and the more of them one process has."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, TypeVar

from tradewind.sdk.trigger import BaseTrigger

__all__ = ["PollingTrigger", "next_look_s"]

T = TypeVar("T")

SHORTEST_S = 0.1
SHARE_OF_WAIT = 0.05
"""A wait is noticed to be over at most this part later than it was."""
LOOKS_PER_S = 200.0
"""What all waits of a process may ask of the server, unless their own intervals want more."""


def next_look_s(passed_s: float, longest_s: float, waiting: int = 1) -> float:
    """How long to wait before the next look.

    Args:
        passed_s: how long it has taken so far.
        longest_s: between two looks.
        waiting: how many wait in this process.
    """
    return min(longest_s, max(SHORTEST_S, SHARE_OF_WAIT * passed_s, waiting / LOOKS_PER_S))


class PollingTrigger(BaseTrigger):
    """A trigger that looks again and again, in a thread."""

    waiting: ClassVar[int] = 0
    """How many of them wait in this process."""

    async def until(self, look: Callable[[], T | None], longest_s: float) -> T:
        """Look until there is something; that.

        Args:
            look: may block.
            longest_s: seconds between two looks, at most.
        """
        import asyncio  # noqa: PLC0415 - only where something waits

        loop = asyncio.get_running_loop()
        begun = loop.time()
        PollingTrigger.waiting += 1
        try:
            while (found := await asyncio.to_thread(look)) is None:  # noqa: ASYNC110 - looking is all that it can do
                await asyncio.sleep(next_look_s(loop.time() - begun, longest_s, PollingTrigger.waiting))
            return found
        finally:
            PollingTrigger.waiting -= 1
