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
        suspect: tuple[float, str] | None = None
        told_at = 0.0
        while True:
            time.sleep(BEAT_S)
            beat = self._beat
            late_s = time.monotonic() - beat - BEAT_S
            name = self._current() if late_s > self._limit_s and not self.is_excused else None
            if name is None:
                suspect = None
            elif suspect != (beat, name):  # seen once: the machine may just be slow to let it go on
                suspect, told_at = (beat, name), 0.0
            elif time.monotonic() - told_at > AGAIN_S:
                told_at = time.monotonic()
                self._tell(name, late_s, self._where())

    def _current(self) -> str | None:
        task = asyncio.current_task(self._loop)
        return None if task is None else task.get_name()

    def _where(self) -> str:
        frame: FrameType | None = sys._current_frames().get(self._main)  # noqa: SLF001 - the way to look at another thread
        if frame is None:
            return "unknown"
        return f"{frame.f_code.co_filename}:{frame.f_lineno} in {frame.f_code.co_name}"
