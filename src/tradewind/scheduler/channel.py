"""The one queue into the scheduler's thread, and the translation of executor facts into events of the core."""

from __future__ import annotations

import queue
from dataclasses import dataclass
from typing import assert_never

from tradewind.core.events import (
    AttemptExited,
    AttemptFailed,
    AttemptLost,
    BackfillAsked,
    BackfillChanged,
    DagDeleted,
    DagStale,
    DispatchFailed,
    Event,
    PauseSet,
    RunRepeated,
    RunRequested,
    TimetableAnswered,
    VersionAdded,
)
from tradewind.db.reports import event_of_report
from tradewind.executors.base import AttemptFact, Exited, Fact, Lost, NotStarted
from tradewind.protocol.messages import Ended, Started
from tradewind.protocol.triggers import Fired
from tradewind.spec import DagKey
from tradewind.worker.fired import event_of_fired

__all__ = ["Channel", "LookIntoInbox", "Stop", "dag_of", "event_of"]


@dataclass(frozen=True, slots=True)
class LookIntoInbox:
    """Somebody rang: the inbox has rows."""


@dataclass(frozen=True, slots=True)
class Stop:
    """The scheduler is to end."""


Item = Fact | Fired | LookIntoInbox | Stop


class Channel:
    """Items from any thread to the scheduler's."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Item] = queue.SimpleQueue()

    def put(self, item: Item) -> None:
        """Hand over an item; never blocks."""
        self._queue.put(item)

    def ring(self) -> None:
        """Say that the inbox has rows."""
        self._queue.put(LookIntoInbox())

    def take(self, timeout_s: float, most: int) -> list[Item]:
        """Wait up to `timeout_s` for an item, then take all that are there, up to `most`."""
        try:
            items = [self._queue.get(timeout=timeout_s) if timeout_s > 0 else self._queue.get_nowait()]
        except queue.Empty:
            return []
        while len(items) < most:
            try:
                items.append(self._queue.get_nowait())
            except queue.Empty:
                break
        return items


def event_of(fact: AttemptFact | Fired) -> Event:
    """What a fact of an executor, or of a triggerer, means to the core."""
    match fact:
        case Fired():
            return event_of_fired(fact)
        case Started() | Ended():
            return event_of_report(fact)
        case Lost(is_infrastructure=True):
            return AttemptLost(fact.attempt, fact.at, fact.reason)
        case Lost():  # the process can't call its callbacks any more
            return AttemptFailed(fact.attempt, fact.at, fact.reason, called_back=False)
        case Exited():
            return AttemptExited(fact.attempt, fact.at)
        case NotStarted():
            return DispatchFailed(fact.attempt, fact.at, fact.reason)
        case _:
            assert_never(fact)


def dag_of(event: Event) -> DagKey | None:
    """The DAG that an event names; None: it names none, or a run of one."""
    match event:
        case RunRequested():
            return event.run.dag
        case BackfillAsked():
            return event.backfill.dag
        case (
            VersionAdded()
            | DagStale()
            | DagDeleted()
            | PauseSet()
            | TimetableAnswered()
            | BackfillChanged()
            | RunRepeated()
        ):
            return event.dag
        case _:
            return None
