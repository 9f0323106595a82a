"""The door of the core: events come in through `Shard.apply`, commands come out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tradewind.base.ids import IdSource
from tradewind.core import dags, runs, tasks
from tradewind.core.advance import settle
from tradewind.core.commands import Command, SaveTask
from tradewind.core.events import (
    AttemptFailed,
    AttemptStarted,
    AttemptSucceeded,
    DagStale,
    Event,
    PauseSet,
    PoolSet,
    RunFacts,
    RunRequested,
    Tick,
    VersionAdded,
)
from tradewind.core.machine import Machine
from tradewind.core.states import RunState
from tradewind.spec import DagKey, DagSpec

__all__ = ["Limits", "RunImage", "Shard", "TaskImage"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds that hold over all DAGs of this scheduler."""

    parallelism: int = 32
    """Attempts queued or running at once, over all executors without a capacity of their own."""
    max_losses: int = 3
    """Attempts of an instance that may be lost, or fail to start, before it counts as failed."""
    queue_timeout_s: float = 600.0
    max_map_length: int = 0
    """0: no bound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskImage:
    """A task instance as rows tell it, to rebuild a run after a restart or take-over."""

    save: SaveTask
    pushed: frozenset[str] = frozenset()
    lengths: tuple[tuple[str, int], ...] = ()
    """What its success reported, for expansions still to come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunImage:
    """An unfinished run as rows tell it. Finished runs are loaded only when something asks for them."""

    facts: RunFacts
    state: RunState
    start_date: datetime | None
    end_date: datetime | None
    clear_number: int
    tasks: Sequence[TaskImage]


Handler = Callable[[Machine, Any], None]

HANDLERS: Mapping[type, Handler] = {
    Tick: dags.tick,
    VersionAdded: dags.version_added,
    DagStale: dags.stale,
    PauseSet: dags.pause_set,
    PoolSet: dags.pool_set,
    RunRequested: runs.requested,
    AttemptStarted: tasks.started,
    AttemptSucceeded: tasks.succeeded,
    AttemptFailed: tasks.failed,
}
"""What happens on each event."""
SWEEP_BUDGET = 500
"""Instances of mapped tasks that one event looks at; the rest follows on the next `Tick`, which is due at once."""


class Shard:
    """The state of all DAGs that one scheduler owns. Synchronous, deterministic, in memory."""

    def __init__(self, ids: IdSource, limits: Limits = Limits()) -> None:
        self._m = Machine(
            ids,
            parallelism=limits.parallelism,
            max_losses=limits.max_losses,
            queue_timeout_s=limits.queue_timeout_s,
            max_map_length=limits.max_map_length,
        )

    def apply(self, event: Event, now: datetime) -> list[Command]:
        """Take one event, return what to do. An event about something unknown or stale returns nothing.

        Raises:
            InvalidMove: a bug: a transition outside the table.
        """
        m = self._m
        m.now = now
        m.budget = SWEEP_BUDGET
        m.story.add(now, event)
        HANDLERS[type(event)](m, event)
        settle(m)
        return m.flush()

    def next_deadline(self) -> datetime | None:
        """When `Tick` is due next; None: only another event can change anything."""
        if self._m.sweeping:
            return self._m.now
        return self._m.timers.next()

    # -- loading: state from rows, no commands ------------------------------------------------------------------------

    def load_version(self, dag: DagKey, version_id: str, spec: DagSpec) -> None:
        """Know a version that runs are bound to, without making it the newest."""
        dags.know_version(self._m, dag, version_id, spec)

    def load_dag(
        self,
        dag: DagKey,
        version_id: str,
        *,
        is_paused: bool,
        is_stale: bool,
        latest: RunFacts | None,
        failed_in_a_row: int,
    ) -> None:
        """Make a loaded version the newest, with the latest run by schedule so that planning goes on after it."""
        found = self._m.dags[dag]
        found.newest = version_id
        found.is_paused, found.is_stale = is_paused, is_stale
        found.latest, found.failed_in_a_row = latest, failed_in_a_row
        found.gate.capacity = 0 if is_paused else None

    def load_run(self, image: RunImage) -> list[Command]:
        """Rebuild a run with its tallies and deadlines. Attempts queued or running are held until the executor
        adopts them or `AttemptLost` says otherwise."""
        raise NotImplementedError

    def has_run(self, uid: str) -> bool:
        """Whether the run is in memory (a finished one usually is not)."""
        return uid in self._m.runs

    def active_attempts(self) -> list[str]:
        """Attempts that were dispatched and have not ended."""
        return list(self._m.attempts)
