"""Which instances of a mapped task pushed a value: remembered for a moment, since each instance mapped over it asks."""

from __future__ import annotations

import threading
import time
from array import array
from collections import OrderedDict
from collections.abc import Callable

__all__ = ["PlaceKey", "Places"]

KEPT = 16
LIFE_S = 2.0
"""Long enough for thousands of instances to share one look; short enough for values that people add or delete."""

PlaceKey = tuple[str, int, str, str]
"""Run, how often it was cleared, task, XCom key."""


class Places:
    """Map indexes in order, by run, task and key. Threads may share it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._known: OrderedDict[PlaceKey, tuple[float, array[int]]] = OrderedDict()

    def of(self, key: PlaceKey, look: Callable[[], list[int]]) -> array[int]:
        """The map indexes; `look` is called where they are not known, or not for sure any more."""
        now = self._clock()
        with self._lock:
            found = self._known.get(key)
        if found is not None and found[0] > now:
            return found[1]
        indexes = array("l", look())
        with self._lock:
            self._known[key] = (now + LIFE_S, indexes)
            self._known.move_to_end(key)
            if len(self._known) > KEPT:
                self._known.popitem(last=False)
        return indexes
