"""A backfill while it is active: a lane of ordinary runs beside those of the schedule, with a limit of its own.

Which dates it is about was decided when it was made, and stands in rows. The core is fed a few of them at a time and
makes a run only when the lane has room, so that ten thousand dates cost no more memory than ten.
"""

from __future__ import annotations

from collections import deque

from tradewind.core.events import BackfillFacts, BackfillSlot
from tradewind.core.run import Run
from tradewind.core.states import RunState

__all__ = ["Lane"]


class Lane:
    """What is left of a backfill, and its runs in memory."""

    __slots__ = (
        "_queued", "awaited", "facts", "is_asking", "is_cancelled", "is_paused", "next_ordinal", "runs", "running",
        "slots", "uid",
    )  # fmt: skip

    def __init__(self, facts: BackfillFacts) -> None:
        self.uid = facts.uid
        self.facts = facts
        self.is_paused = facts.is_paused
        self.is_cancelled = False
        self.next_ordinal = facts.next_ordinal
        """The first place whose turn has not come."""
        self.slots: deque[BackfillSlot] | None = deque()
        """What comes next, as far as it was read; None: nothing is left."""
        self.is_asking = False
        """More places were asked for, and have not come."""
        self.runs: dict[str, Run] = {}
        """Its runs in memory, queued or running, by uid."""
        self.running: set[str] = set()
        self.awaited: set[str] = set(facts.awaited)
        """Runs of earlier days that were ordered to run again, and are not in memory yet."""
        self._queued: deque[Run] = deque()

    def add(self, run: Run) -> None:
        """One of its runs is in memory; one that has ended, and is only looked at, does not count."""
        if run.state is RunState.QUEUED:
            self.enqueue(run)
        elif run.state is RunState.RUNNING:
            self.runs[run.uid] = run
            self.running.add(run.uid)

    def enqueue(self, run: Run) -> None:
        """Let a queued run wait for its turn."""
        self.runs[run.uid] = run
        self.running.discard(run.uid)
        self._queued.append(run)

    def first_queued(self) -> Run | None:
        """The queued run that is next."""
        while self._queued:
            run = self._queued[0]
            if run.state is RunState.QUEUED and self.runs.get(run.uid) is run:
                return run
            self._queued.popleft()
        return None

    def forget(self, run: Run) -> None:
        """One of its runs leaves memory."""
        self.runs.pop(run.uid, None)
        self.running.discard(run.uid)

    @property
    def has_room(self) -> bool:
        """Whether another date may have its turn."""
        return len(self.runs) + len(self.awaited) < self.facts.max_active_runs

    def to_start(self) -> Run | None:
        """The queued run that may start now."""
        if self.is_cancelled or len(self.running) >= self.facts.max_active_runs:
            return None
        return self.first_queued()
