"""Finds the trigger that keeps the event loop from turning, while it does."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType

__all__ = ["Watchdog"]

BEAT_S = 0.1
LOOK_S = 0.05
CONFIRM_S = 0.03
AGAIN_S = 2.0
"""While a trigger goes on blocking, it is told of this often."""


class Watchdog(threading.Thread):
    """Looks from a thread of its own at how late the loop is.

    Args:
        loop: the loop of the thread that makes this.
        tell: called with the name of the asyncio task at fault, for how many seconds it has blocked, and where it is.
        limit_s: lateness that is none of a busy machine's.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, tell: Callable[[str, float, str], None], limit_s: float = 0.2
    ) -> None:
        super().__init__(name="watchdog", daemon=True)
        self._loop = loop
        self._tell = tell
        self._limit_s = limit_s
        self._main = threading.get_ident()
        self._beat = time.monotonic()
        self.is_excused = False
        """What runs now is no trigger's fault: the import of its module."""

    def beat(self) -> None:
        """Called in the loop: it turns."""
        self._beat = time.monotonic()
        self._loop.call_later(BEAT_S, self.beat)

    def run(self) -> None:
        """Look, until the process ends."""
        told, told_at = (0.0, ""), 0.0
        while True:
            time.sleep(LOOK_S)
            seen = self._suspect()
            if seen is None:
                continue
            time.sleep(CONFIRM_S)  # the machine may just be slow to let it go on
            if self._suspect() == seen and (seen != told or time.monotonic() - told_at > AGAIN_S):
                told, told_at = seen, time.monotonic()
                self._tell(seen[1], told_at - seen[0], self._where())

    def _suspect(self) -> tuple[float, str] | None:
        """The last beat, and the task that has kept the loop since."""
        beat = self._beat
        if self.is_excused or time.monotonic() - beat - BEAT_S < self._limit_s:
            return None
        name = self._current()
        return None if name is None else (beat, name)

    def _current(self) -> str | None:
        task = asyncio.current_task(self._loop)
        return None if task is None else task.get_name()

    def _where(self) -> str:
        frame: FrameType | None = sys._current_frames().get(self._main)  # noqa: SLF001 - the way to look at another thread
        if frame is None:
            return "unknown"
        return f"{frame.f_code.co_filename}:{frame.f_lineno} in {frame.f_code.co_name}"
