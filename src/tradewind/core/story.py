"""The last events, kept in a ring, so that a bug can tell what led to it."""

from __future__ import annotations

from collections import deque
from datetime import datetime

from tradewind.core.events import Event, RunRequested

__all__ = ["Story"]

LENGTH = 2_000


class Story:
    """A ring of events with their moments. Applying them to a fresh shard with the same ids plays them again."""

    def __init__(self, length: int = LENGTH) -> None:
        self._ring: deque[tuple[datetime, Event]] = deque(maxlen=length)

    def add(self, at: datetime, event: Event) -> None:
        """Remember an event."""
        self._ring.append((at, event))

    def events(self) -> list[tuple[datetime, Event]]:
        """All that is remembered, oldest first."""
        return list(self._ring)

    def about(self, *names: str) -> list[str]:
        """The events that mention one of these names (a run, an attempt, a DAG), one line each, oldest first."""
        return [f"{at.isoformat()} {event!r}" for at, event in self._ring if _mentions(event, names)]


def _mentions(event: Event, names: tuple[str, ...]) -> bool:
    facts = event.run if isinstance(event, RunRequested) else event
    values = [getattr(facts, name, None) for name in ("attempt", "run_uid", "uid")]
    dag = getattr(facts, "dag", None)
    return any(name in values or (dag is not None and dag.dag_id == name) for name in names)
