"""The lock of the local executor: whoever finds it taken leaves its small deed to the one who holds it, and goes on.

A thread that waits for a lock whose holder waits for the interpreter costs both a turn. Under load a third of the
scheduler's time went that way.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable

__all__ = ["Guard"]

log = logging.getLogger(__name__)


class Guard:
    """A lock that may be taken again by its holder, with deeds left at its door.

    What was left before somebody takes the lock is done before he goes on, in the order it was left.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        """How often the holder has taken it; read and written by the holder only."""
        self._left: deque[Callable[[], None]] = deque()

    def __enter__(self) -> None:
        self._lock.acquire()
        self._depth += 1
        if self._depth == 1:
            self._do_left()

    def __exit__(self, *_: object) -> None:
        self._depth -= 1
        is_free = self._depth == 0
        self._lock.release()
        if is_free:
            self._serve_door()

    def do(self, deed: Callable[[], None]) -> None:
        """Have this done under the lock: now, or by the thread that holds it, before it lets others in.

        What the deed raises is logged.
        """
        self._left.append(deed)
        self._serve_door()

    def _serve_door(self) -> None:
        # Whoever fails to take the lock left its deed before the holder's release, so that the holder sees it here.
        while self._left and self._lock.acquire(blocking=False):
            try:
                if self._depth:  # we are inside of it ourselves, in the middle of something
                    return
                self._depth = 1
                try:
                    self._do_left()
                finally:
                    self._depth = 0
            finally:
                self._lock.release()

    def _do_left(self) -> None:
        while self._left:
            deed = self._left.popleft()
            try:
                deed()
            except Exception:
                log.exception("a deed could not be done under the executor's lock")  # others' deeds follow
