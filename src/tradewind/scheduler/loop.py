"""The scheduler's thread: take what happened, let the core decide, commit, then act. Start reading at `_turn`."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tradewind.base.clock import Clock
from tradewind.base.errors import LeaseLost, NotFound
from tradewind.base.settings import SchedulerSettings
from tradewind.core.commands import Command, CreateRun, FeedBackfill, ForgetCallback, RepeatRun
from tradewind.core.events import (
    AttemptLost,
    Cleared,
    Event,
    RunDeleted,
    RunMarked,
    RunRepeated,
    RunRequested,
    TasksMarked,
    Tick,
)
from tradewind.core.shard import Shard
from tradewind.executors.base import CalledBack, Executor, Fact
from tradewind.protocol.messages import Ended, Started
from tradewind.protocol.triggers import Fired
from tradewind.scheduler.channel import Channel, LookIntoInbox, Stop, dag_of, event_of
from tradewind.scheduler.committer import Batch, Committer, patiently
from tradewind.scheduler.dispatcher import Dispatcher
from tradewind.scheduler.leases import LeaseKeeper
from tradewind.scheduler.loader import Loader
from tradewind.worker.fired import ended_of_fired

__all__ = ["Scheduler", "SchedulerParts"]

log = logging.getLogger("tradewind.scheduler")

MAX_WAIT_S = 60.0
"""The longest sleep: deadlines are moments of the wall clock, which may be set while we wait."""
MOST_AT_ONCE = 10_000
LINGER_S = 0.005
"""Nobody waits for the news that a task has started: it may share the transaction of what comes next, such as its end."""
FAULT_PAUSE_S = 1.0
"""Between a fault and the next try where the one before failed as well: what is broken should not keep a core busy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchedulerParts:
    """What a scheduler is made of."""

    settings: SchedulerSettings
    clock: Clock
    channel: Channel
    new_shard: Callable[[], Shard]
    loader: Loader
    leases: LeaseKeeper
    committer: Committer
    dispatcher: Dispatcher
    executors: Sequence[Executor]


@dataclass(slots=True)
class _Turn:
    """What one round of the loop gathers before it commits."""

    now: datetime
    batch: Batch = field(default_factory=Batch)

    def add(self, commands: Sequence[Command]) -> None:
        self.batch.commands.extend(commands)


class Scheduler:
    """Owns the shard; everything that touches it happens in `run`."""

    def __init__(self, parts: SchedulerParts) -> None:
        self._parts = parts
        self._clock = parts.clock
        self._channel = parts.channel
        self._shard = parts.new_shard()
        self._inbox_due = True
        self._next_poll = parts.clock.now()
        self._refused: set[int] = set()
        """Inbox rows whose events the core could not take."""
        self._set_aside: list[Fact | Fired] = []
        """What was reported while there was no shard to take it."""
        self._stopping = False
        self._thread = threading.Thread(target=self.run, name="scheduler", daemon=True)
        self.is_loaded = threading.Event()
        """Set once the state is rebuilt and new work is taken."""
        self.last_turn: datetime | None = None
        """When the loop last held its leases for sure: the scheduler's own heartbeat."""

    # -- life --------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Run in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """End after the batch at hand; leases are released, executors are not touched."""
        self._channel.put(Stop())
        self._parts.leases.stop_waiting()
        if self._thread.is_alive():
            self._thread.join(timeout=30)

    def run(self) -> None:
        """Load, then turn until told to stop. A fault in the core or in a batch reloads the state from the rows."""
        self._load()
        faults = 0
        while not self._stopping:
            try:
                self._turn()
                faults = 0
            except LeaseLost as error:
                log.warning("lease.lost: %s", error)
                self._load()
            except Exception:  # the edge of the process: a bug must not end scheduling for all other DAGs
                log.exception("scheduler.fault: the state is rebuilt from the database")
                faults += 1
                if faults > 1:
                    self._sit_out(FAULT_PAUSE_S)
                self._load()
        self._parts.leases.release()

    # -- the walk ----------------------------------------------------------------------------------------------------

    def _turn(self) -> None:
        """One round: wait, apply, commit, act."""
        items = self._channel.take(self._wait_s(), self._parts.settings.max_batch)
        if items and all(isinstance(item, Started) for item in items):
            items += self._channel.take(LINGER_S, self._parts.settings.max_batch)
        turn = _Turn(self._clock.now())
        for item in items:
            match item:
                case Stop():
                    self._stopping = True
                case LookIntoInbox():
                    self._inbox_due = True
                case fact:
                    self._apply_fact(turn, fact)
        self._renew_leases(turn)
        self._take_inbox(turn)
        self._tick(turn)
        self._finish(turn)

    def _finish(self, turn: _Turn) -> None:
        """Commit what has gathered, then carry it out. Runs that lost against an existing one are dropped."""
        while turn.batch:
            batch, turn.batch = turn.batch, Batch()
            conflicts = self._parts.committer.commit(batch, turn.now)
            self._parts.dispatcher.carry_out(self._without(batch.commands, conflicts))
            for uid in conflicts:
                log.warning("run.exists uid=%s: a run with this id or logical date is there already", uid)
                turn.add(self._shard.apply(RunDeleted(uid), turn.now))
            for command in batch.commands:
                if isinstance(command, FeedBackfill):
                    self._gather(turn, self._fed(command))
                elif isinstance(command, RepeatRun):
                    self._inbox_due = True
        self.last_turn = turn.now

    def _fed(self, command: FeedBackfill) -> Event:
        return patiently("backfill", lambda: self._parts.loader.feed(command))

    def _apply_fired(self, turn: _Turn, fired: Fired) -> None:
        """What a trigger said is stored only where somebody waited for it."""
        batch, before = turn.batch, len(turn.batch.commands)
        self._gather(turn, event_of(fired))
        if len(batch.commands) == before:
            return
        batch.fired[fired.id] = fired
        ended = ended_of_fired(fired)
        if ended is not None:
            batch.outputs[fired.id] = ended
        self._finish_if_full(turn)

    def _apply_fact(self, turn: _Turn, fact: Fact | Fired) -> None:
        if isinstance(fact, Fired):
            self._apply_fired(turn, fact)
            return
        if isinstance(fact, CalledBack):
            turn.add([ForgetCallback(fact.work_id)])
            return
        if isinstance(fact, Ended):
            turn.batch.outputs[fact.attempt] = fact
        self._apply(turn, event_of(fact))

    def _apply(self, turn: _Turn, event: Event) -> None:
        self._gather(turn, event)
        self._finish_if_full(turn)

    def _gather(self, turn: _Turn, event: Event) -> None:
        for command in (commands := self._shard.apply(event, turn.now)):
            if isinstance(command, CreateRun):
                self._parts.dispatcher.know_run(command.run)
        turn.add(commands)

    def _finish_if_full(self, turn: _Turn) -> None:
        if len(turn.batch.commands) >= self._parts.settings.max_batch:
            self._finish(turn)

    def _tick(self, turn: _Turn) -> None:
        """Let what is due happen; a long expansion asks for tick after tick, so facts get their turn in between."""
        deadline = self._shard.next_deadline()
        if deadline is not None and deadline <= turn.now:
            self._apply(turn, Tick())

    def _take_inbox(self, turn: _Turn) -> None:
        if not self._inbox_due and turn.now < self._next_poll:
            return
        most = self._parts.settings.max_batch
        items = patiently("inbox", lambda: self._parts.loader.inbox(most))
        self._inbox_due = len(items) == most
        self._next_poll = turn.now + timedelta(seconds=self._parts.settings.inbox_poll_s)
        for item in items:
            if self._to_be_loaded(item.event) is not None:
                self._finish(turn)  # first, so that the rows are what the memory knows, and without this item's
            turn.batch.consumed.append(item.id)
            if item.output is not None:
                turn.batch.outputs[item.output.attempt] = item.output
            if item.event is None or item.id in self._refused:
                log.error("inbox.refused %s", item.problem or f"after a fault: {item.event!r}")
                continue
            try:
                self._gather_posted(turn, item.event)
            except NotFound as error:
                log.error("inbox.refused %s: %s", type(item.event).__name__, error)  # noqa: TRY400 - no bug of ours
            except Exception:
                self._refused.add(item.id)  # tried again it would fail again, and nothing else would ever happen
                raise
            self._finish_if_full(turn)

    def _to_be_loaded(self, event: Event | None) -> str | None:
        """Finished runs are not in memory: the one that an event is about."""
        match event:
            case Cleared() | TasksMarked() | RunMarked() | RunDeleted() | RunRepeated():
                return None if self._shard.has_run(event.run_uid) else event.run_uid
            case _:
                return None

    def _gather_posted(self, turn: _Turn, event: Event) -> None:
        key = dag_of(event)
        if key is not None:
            patiently("dag", lambda: self._parts.loader.wake(self._shard, key))
        uid = self._to_be_loaded(event)
        if uid is not None:
            load, dispatcher = self._parts.loader.load_run, self._parts.dispatcher
            try:
                turn.add(patiently("run", lambda: load(self._shard, dispatcher, uid)))
            except NotFound:
                if not isinstance(event, RunRepeated):
                    raise
                log.info("backfill.run_gone uid=%s: it was deleted, and can't run again", uid)
        elif isinstance(event, RunRequested):
            self._parts.dispatcher.know_run(event.run)
        self._gather(turn, event)

    # -- time --------------------------------------------------------------------------------------------------------

    def _wait_s(self) -> float:
        if self._inbox_due:
            return 0.0
        now = self._clock.now()
        moments = [self._next_poll, self._parts.leases.next_renewal]
        deadline = self._shard.next_deadline()
        if deadline is not None:
            moments.append(deadline)
        return min(MAX_WAIT_S, max(0.0, (min(moments) - now).total_seconds()))

    def _renew_leases(self, turn: _Turn) -> None:
        if turn.now >= self._parts.leases.next_renewal:
            patiently("lease", lambda: self._parts.leases.renew(turn.now))

    # -- loading -----------------------------------------------------------------------------------------------------

    def _load(self) -> None:
        """Rebuild the shard from the rows, and settle the attempts that nobody watches any more."""
        self.is_loaded.clear()
        while not self._stopping:
            try:
                self._load_once()
            except Exception:  # the edge of the process: the database may be away; it is asked again
                log.exception("scheduler.load_failed: trying again in a second")
                self._sit_out(1.0)
            else:
                self.is_loaded.set()
                return

    def _load_once(self) -> None:
        now = self._clock.now()
        self._parts.leases.acquire(now)
        self._shard = self._parts.new_shard()
        self._parts.dispatcher.forget_all()
        turn = _Turn(now)
        turn.add(self._parts.loader.load_all(self._shard, self._parts.dispatcher, now))
        attempts = set(self._shard.active_attempts())
        alive: set[str] = set()
        for executor in self._parts.executors:
            alive |= (adopted := executor.adopt(attempts))
            self._parts.dispatcher.know_where(executor, adopted)
            for attempt in sorted(adopted.intersection(self._shard.dying_attempts())):
                executor.kill(attempt)  # the order may have been committed and not given
        self._sit_out(0.0)
        reported, self._set_aside = self._set_aside, []
        for fact in reported:
            self._apply_fact(turn, fact)
        for attempt in sorted((attempts - alive).intersection(self._shard.active_attempts())):
            event = AttemptLost(attempt, now, "the scheduler was restarted and nothing of the attempt was left")
            self._apply(turn, event)
        self._finish(turn)
        self._inbox_due = True
        log.info("scheduler.loaded attempts=%d adopted=%d", len(attempts), len(alive))

    def _sit_out(self, seconds: float) -> None:
        """Wait, but notice a stop. Facts that arrive now, or have arrived, are applied to the state to be loaded."""
        end = time.monotonic() + seconds
        while not self._stopping:
            items = self._channel.take(max(0.0, end - time.monotonic()), MOST_AT_ONCE)
            self._set_aside += [item for item in items if not isinstance(item, Stop | LookIntoInbox)]
            self._stopping = any(isinstance(item, Stop) for item in items)
            if time.monotonic() >= end and len(items) < MOST_AT_ONCE:
                return

    @staticmethod
    def _without(commands: Sequence[Command], conflicts: Sequence[str]) -> Sequence[Command]:
        """Commands less those about runs that are not ours to make."""
        if not conflicts:
            return commands
        gone = set(conflicts)
        return [c for c in commands if getattr(c, "run_uid", getattr(c, "uid", None)) not in gone]
