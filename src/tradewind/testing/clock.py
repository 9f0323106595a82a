"""A clock that runs with the machine's, and can jump ahead over waits that nobody needs to sit through."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

from tradewind.base.clock import SystemClock

__all__ = ["JumpingClock"]


class JumpingClock:
    """The machine's time plus all jumps so far."""

    def __init__(self) -> None:
        self._clock = SystemClock()
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return self._clock.now() + self._ahead

    def monotonic(self) -> float:
        """Seconds that never run backwards."""
        return self._clock.monotonic() + self._ahead.total_seconds()

    def jump_to(self, moment: datetime) -> None:
        """Let it be `moment`, if that is ahead."""
        self._ahead += max(moment - self.now(), timedelta(0))

    def sleep_until(self, moment: datetime) -> None:
        """Wait for `moment` to come."""
        time.sleep(max((moment - self.now()).total_seconds(), 0.0))
