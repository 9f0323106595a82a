"""Deadlines by name: set again or dropped at any time, due in order."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

__all__ = ["Timers", "after"]

Name = tuple[str | int, ...]
NEVER = datetime.max.replace(tzinfo=UTC)


def after(moment: datetime, seconds: float) -> datetime:
    """A moment later; the last one there is where that lies beyond it, as with a limit meant to be none."""
    return moment + timedelta(seconds=seconds) if seconds < (NEVER - moment).total_seconds() else NEVER


class Timers:
    """A heap whose stale entries are passed over, and swept away once they are the most."""

    def __init__(self) -> None:
        self._due: dict[Name, datetime] = {}
        self._heap: list[tuple[datetime, int, Name]] = []
        self._serial = 0

    def __len__(self) -> int:
        return len(self._due)

    def __contains__(self, name: object) -> bool:
        return name in self._due

    def set(self, name: Name, at: datetime) -> None:
        """Have `name` come due at a moment, and not at the one set before."""
        if self._due.get(name) == at:
            return
        self._due[name] = at
        self._serial += 1
        if len(self._heap) > 64 and len(self._heap) > 4 * len(self._due):
            self._heap = [entry for entry in self._heap if self._due.get(entry[2]) == entry[0]]
            heapq.heapify(self._heap)
        heapq.heappush(self._heap, (at, self._serial, name))

    def drop(self, name: Name) -> None:
        """Forget about `name`."""
        self._due.pop(name, None)

    def next(self) -> datetime | None:
        """When the next one is due."""
        while self._heap and self._due.get(self._heap[0][2]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def pop_due(self, now: datetime) -> Iterator[Name]:
        """Take out, in order, what is due now; what is set meanwhile for now or earlier comes too."""
        while (at := self.next()) is not None and at <= now:
            name = heapq.heappop(self._heap)[2]
            del self._due[name]
            yield name
