"""A real scheduler on a real database, with an executor that the test plays."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from support.rows import facts, parsed, spec, store
from tradewind.base.clock import SystemClock
from tradewind.base.ids import UuidSource
from tradewind.base.settings import SchedulerSettings
from tradewind.core.events import Event, RunRequested
from tradewind.core.shard import Limits, Shard
from tradewind.db import Database, inbox, runs, tables
from tradewind.db.versions import Specs
from tradewind.executors.base import Exited, RequestHandler, Sink
from tradewind.protocol.messages import CallbackWork, Ended, Started, Workload, XComValue
from tradewind.scheduler import Scheduler, SchedulerParts
from tradewind.scheduler.channel import Channel
from tradewind.scheduler.code import StoredVersions
from tradewind.scheduler.committer import Committer
from tradewind.scheduler.dispatcher import Dispatcher, DispatchSettings, DispatchWays
from tradewind.scheduler.leases import LeaseKeeper
from tradewind.scheduler.loader import Loader

__all__ = ["PlayedExecutor", "Rig", "ask_for_run", "given_dag", "state_of", "wait_for"]

PATIENCE_S = 60.0


class PlayedExecutor:
    """Takes workloads and lets the test say what became of them."""

    name = "played"

    def __init__(self, sink: Sink, database: Database) -> None:
        self._sink = sink
        self._database = database
        self.submitted: queue.Queue[Workload] = queue.Queue()
        self.killed: queue.Queue[str] = queue.Queue()
        self.called: queue.Queue[CallbackWork] = queue.Queue()
        self.alive: set[str] = set()
        self.seen_in_rows: list[str | None] = []
        """State of each instance in the database at the moment its workload came."""

    def start(self, sink: Sink, handler: RequestHandler) -> None: ...

    def submit(self, workload: Workload) -> None:
        self.seen_in_rows.append(state_of(self._database, workload.run.uid, workload.task_id))
        self.alive.add(workload.attempt)
        self.submitted.put(workload)

    def run_callback(self, work: CallbackWork) -> None:
        self.called.put(work)

    def kill(self, attempt: str) -> None:
        self.killed.put(attempt)
        self.alive.discard(attempt)
        self._sink(Exited(attempt, datetime.now(UTC)))

    def adopt(self, attempts: Collection[str]) -> set[str]:
        return set(attempts) & self.alive

    def prime(self, bundle_path: str, relative_fileloc: str) -> None: ...

    def renew(self, relative_fileloc: str) -> None: ...

    def stop(self, grace_s: float) -> None: ...

    # -- what the test says ------------------------------------------------------------------------------------------

    def next(self) -> Workload:
        """The next workload that comes."""
        return self.submitted.get(timeout=PATIENCE_S)

    def start_and_end(self, workload: Workload, outcome: Any = "success", *xcoms: XComValue) -> None:
        """It ran."""
        now = datetime.now(UTC)
        self.alive.discard(workload.attempt)
        self._sink(Started(attempt=workload.attempt, at=now, hostname="here", pid=1))
        self._sink(Ended(attempt=workload.attempt, at=now, outcome=outcome, xcoms=list(xcoms)))


class Rig:
    """One scheduler with all that is around it."""

    def __init__(self, database: Database, home: Path, **settings: Any) -> None:
        self.database = database
        self.channel = Channel()
        self.executor = PlayedExecutor(self.channel.put, database)
        given = SchedulerSettings(**{"lease_ttl_s": 3.0, "lease_renew_s": 1.0, "inbox_poll_s": 5.0, **settings})
        clock, ids, specs = SystemClock(), UuidSource(), Specs()
        self.leases = LeaseKeeper(database, given, clock=clock, ids=ids)
        loader = Loader(database, specs)
        self.dispatcher = Dispatcher(
            {"played": self.executor},
            StoredVersions(database, specs, home / "bundles"),
            DispatchSettings(isolation="fork", log_folder=home / "logs", artifact_url=""),
            DispatchWays(sink=self.channel.put, clock=clock, find_run=loader.run_image),
        )
        self.scheduler = Scheduler(
            SchedulerParts(
                settings=given,
                clock=clock,
                channel=self.channel,
                new_shard=lambda: Shard(ids, Limits(max_losses=3)),
                loader=loader,
                leases=self.leases,
                committer=Committer(database, self.leases),
                dispatcher=self.dispatcher,
                executors=[self.executor],
            )
        )

    @contextmanager
    def running(self) -> Iterator[Rig]:
        """The scheduler runs, and is ended at the end."""
        self.scheduler.start()
        try:
            assert self.scheduler.is_loaded.wait(PATIENCE_S)
            yield self
        finally:
            self.scheduler.stop()

    def post(self, event: Event) -> None:
        """Put an event into the inbox, and ring."""
        with self.database.write() as tx:
            inbox.post(tx, event, datetime.now(UTC))
        self.channel.ring()


def given_dag(database: Database, home: Path, **more: Any) -> str:
    """A DAG `etl` of two tasks in a row; the id of its version."""
    (home / "bundles" / "local" / "snapshot-1").mkdir(parents=True, exist_ok=True)
    return store(database, parsed(spec(**more)), ids=UuidSource()).added[0].version_id


def ask_for_run(rig: Rig, uid: str = "run-1", **more: Any) -> None:
    """Insert a run as the API does, and post that it is wanted."""
    run = facts(uid, **{"version_id": "", "queued_at": datetime.now(UTC), **more})
    with rig.database.write() as tx:
        runs.insert_requested(tx, run, run.queued_at)
        inbox.post(tx, RunRequested(run), datetime.now(UTC))
    rig.channel.ring()


def state_of(database: Database, uid: str, task_id: str) -> str | None:
    """An instance's state in the database."""
    c = tables.task_instance.c
    with database.read() as tx:
        return tx.scalar(select(c.state).where(c.run_uid == uid, c.task_id == task_id))


def wait_for(condition: Callable[[], bool], what: str) -> None:
    """Return once it holds."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if condition():
            return
        threading.Event().wait(0.005)
    raise TimeoutError(f"{what}: not so after {PATIENCE_S} s")
