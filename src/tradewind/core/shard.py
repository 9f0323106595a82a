"""The door of the core: events come in through `Shard.apply`, commands come out."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tradewind.base.errors import InvalidMove
from tradewind.base.ids import IdSource
from tradewind.core import asset_events, backfills, clearing, dags, deadlines, deferral, events, loading, runs, tasks
from tradewind.core.advance import settle
from tradewind.core.asset_book import QueuedEvent
from tradewind.core.backfill_planning import open_lane
from tradewind.core.check import check
from tradewind.core.commands import Command, SaveDeadline
from tradewind.core.deadlines import DURATIONS_KEPT
from tradewind.core.events import Event, RunFacts
from tradewind.core.image import RunImage, TaskImage
from tradewind.core.machine import EPOCH, Machine
from tradewind.core.runs import forget
from tradewind.core.states import RUN_FINISHED
from tradewind.core.timeline import PastRun
from tradewind.spec import DagKey, DagSpec

__all__ = ["HANDLERS", "Limits", "PastRun", "RunImage", "Shard", "TaskImage"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds that hold over all DAGs of this scheduler."""

    parallelism: int = 32
    """Attempts queued or running at once, over all executors without a capacity of their own."""
    executors: Mapping[str, tuple[str, int]] = field(default_factory=dict[str, tuple[str, int]])
    """Executors with a capacity of their own: what tasks may call them -> name and capacity; "": those that name none."""
    max_losses: int = 3
    """Attempts of an instance that may be lost, or fail to start, before it counts as failed."""
    queue_timeout_s: float = 600.0
    max_map_length: int = 0
    """0: no bound."""


Handler = Callable[[Machine, Any], None]

HANDLERS: Mapping[type, Handler] = {
    events.Tick: dags.tick,
    events.VersionAdded: dags.version_added,
    events.DagStale: dags.stale,
    events.TimetableAnswered: dags.timetable_answered,
    events.DagDeleted: runs.dag_deleted,
    events.PauseSet: dags.pause_set,
    events.PoolSet: dags.pool_set,
    events.AssetUpdated: asset_events.updated,
    events.AssetEventsDropped: asset_events.dropped,
    events.BackfillAsked: backfills.asked,
    events.BackfillFed: backfills.fed,
    events.BackfillChanged: backfills.changed,
    events.RunRepeated: backfills.repeated,
    events.RunRequested: runs.requested,
    events.RunMarked: runs.marked,
    events.RunDeleted: runs.deleted,
    events.Cleared: clearing.cleared,
    events.TasksMarked: clearing.tasks_marked,
    events.AttemptStarted: tasks.started,
    events.AttemptSucceeded: tasks.succeeded,
    events.AttemptFailed: tasks.failed,
    events.AttemptSkipped: tasks.skipped,
    events.AttemptRescheduled: tasks.rescheduled,
    events.AttemptDeferred: deferral.deferred,
    events.TriggerFired: deferral.trigger_fired,
    events.AttemptAwaitsInput: deferral.awaits_input,
    events.InputGiven: deferral.input_given,
    events.AttemptLost: tasks.lost,
    events.AttemptExited: tasks.exited,
    events.DispatchFailed: tasks.dispatch_failed,
    events.DeadlineKnown: deadlines.known,
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
            executors=limits.executors,
            max_losses=limits.max_losses,
            queue_timeout_s=limits.queue_timeout_s,
            max_map_length=limits.max_map_length,
        )

    def apply(self, event: Event, now: datetime) -> list[Command]:
        """Take one event, return what to do. An event about something unknown or stale returns nothing.

        Raises:
            InvalidMove: a bug: a transition outside the table; its facts carry the story.
        """
        m = self._m
        m.now = now
        m.budget = SWEEP_BUDGET
        m.story.add(now, event)
        try:
            HANDLERS[type(event)](m, event)
            settle(m)
        except InvalidMove as error:
            error.facts["story"] = m.story.about(str(error.facts["run"]))
            raise
        commands = m.flush()
        for uid in list(m.visitors):
            run = m.runs[uid]
            if run.state in RUN_FINISHED:
                forget(m, m.dags[run.facts.dag], run)
        return commands

    def next_deadline(self) -> datetime | None:
        """When `Tick` is due next; None: only another event can change anything."""
        if self._m.sweeping:
            return self._m.now
        return self._m.timers.next()

    def check(self) -> None:
        """Recount everything; for tests and simulation, since it looks at all there is.

        Raises:
            BrokenInvariant: a bug: the memory contradicts itself.
        """
        check(self._m)

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
        past: Sequence[PastRun] = (),
    ) -> None:
        """Make a loaded version the newest, with the latest run by schedule so that planning goes on after it.

        Args:
            past: how runs ended, of a DAG with tasks that depend on the past; in any order.
        """
        found = self._m.dags[dag]
        found.newest = version_id
        found.is_stale = is_stale
        found.latest, found.failed_in_a_row = latest, failed_in_a_row
        found.set_paused(is_paused=is_paused)
        found.timeline.load(past)
        found.plan = (None, True)  # never true of a plan: what the rows say is told anew, whatever it was
        dags.adopt_newest(self._m, found)
        self._m.timers.set(("dag", *dag, "plan"), EPOCH)

    def load_backfill(self, facts: events.BackfillFacts) -> None:
        """Know an active backfill of a loaded DAG; it goes on with the next `Tick`, due at once."""
        dag = self._m.dags.get(facts.dag)
        if dag is not None:
            open_lane(dag, facts)

    def load_assets(
        self, aliases: Sequence[tuple[str, events.AssetKey]], queued: Sequence[tuple[DagKey, str, QueuedEvent]]
    ) -> None:
        """Know what aliases have stood for, and which events wait for which loaded DAGs, in order of arrival. What
        follows from that happens on the next `Tick`, due at once.

        Args:
            aliases: names of aliases with one of their assets.
            queued: DAG, partition of it, and event.
        """
        book = self._m.assets
        for alias, asset in aliases:
            book.members.setdefault((asset.workspace, alias), {})[asset] = None
        for dag, target, event in queued:
            book.meet(event.asset)
            if dag in book.schedules:
                book.put(dag, target, event)
                self._m.timers.set(("dag", *dag, "plan"), EPOCH)

    def load_run(self, image: RunImage) -> list[Command]:
        """Rebuild a run with its tallies and deadlines. Attempts queued or running are held until the executor
        adopts them or `AttemptLost` says otherwise.

        Raises:
            NotFound: its DAG or version was not loaded before.
        """
        loading.load_run(self._m, image)
        rows, self._m.rows = self._m.rows, []
        return rows

    def load_deadlines(self, pending: Sequence[SaveDeadline], durations: Mapping[DagKey, Sequence[float]]) -> None:
        """Know what is neither met nor missed, and how long the last successful runs took, the oldest first."""
        for deadline in pending:
            self._m.deadlines.put(deadline)
            self._m.timers.set(("deadline", deadline.id), deadline.at)
        for dag, seconds in durations.items():
            self._m.deadlines.durations[dag] = deque(seconds, maxlen=DURATIONS_KEPT)

    def has_run(self, uid: str) -> bool:
        """Whether the run is in memory (a finished one usually is not)."""
        return uid in self._m.runs

    def has_version(self, dag: DagKey, version_id: str) -> bool:
        """Whether a version is known."""
        found = self._m.dags.get(dag)
        return found is not None and version_id in found.versions

    def active_attempts(self) -> list[str]:
        """Attempts that were dispatched and have not ended."""
        return list(self._m.attempts)

    def dying_attempts(self) -> list[str]:
        """Those of them that were told to stop."""
        return list(self._m.dying.values())
