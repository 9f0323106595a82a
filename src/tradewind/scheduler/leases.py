"""The right to schedule: leases on all shards, renewed in time, named by every commit.

One scheduler holds all 64 shards for now. The lease is real all the same: a second scheduler on the same database
waits until the first one is silent for the lease's life, or gone for certain, and a commit of an owner that lost its
lease is refused by the fence, inside its transaction.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from datetime import datetime, timedelta
from pathlib import Path

from tradewind.base.clock import Clock
from tradewind.base.errors import LeaseLost
from tradewind.base.ids import IdSource
from tradewind.base.settings import SchedulerSettings
from tradewind.db import leases, processes
from tradewind.db.engine import Database, Tx

__all__ = ["LeaseKeeper"]

log = logging.getLogger("tradewind.scheduler.leases")

RETRY_S = 0.5


class LeaseKeeper:
    """Holds the leases of one scheduler process."""

    def __init__(self, database: Database, settings: SchedulerSettings, *, clock: Clock, ids: IdSource) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self.process_id = ids.new()
        self.owner = f"{socket.gethostname()}|{os.getpid()}|{_started_at(os.getpid())}|{self.process_id}"
        self._epochs: dict[int, int] = {}
        self._stopping = threading.Event()
        self.next_renewal = clock.now()

    def acquire(self, now: datetime) -> None:
        """Own all shards; waits while another scheduler that lives holds them.

        Raises:
            LeaseLost: told to stop while waiting.
        """
        looks = 0
        while not self._stopping.is_set():
            self._extend(now)
            if len(self._epochs) == leases.SHARDS:
                return
            self._release_dead()
            if looks == 1:
                log.info("lease.waiting: another scheduler holds %d shards", leases.SHARDS - len(self._epochs))
            self._stopping.wait(RETRY_S if looks else 0.0)  # what the dead held is taken at once
            looks += 1
            now = self._clock.now()
        raise LeaseLost("stopped while waiting for the leases")

    def renew(self, now: datetime) -> None:
        """Extend what is held, and show that this process lives.

        Raises:
            LeaseLost: somebody else holds some of it, or did meanwhile: what is in memory may be old.
        """
        before = self._epochs
        self._extend(now)
        if self._epochs != before:
            raise LeaseLost("the leases ran out, and another scheduler took them")

    def _extend(self, now: datetime) -> None:
        """Extend what is held, take what is free."""
        with self._database.write() as tx:
            epochs = leases.acquire_or_extend(tx, self.owner, leases.ALL_SHARDS, self._settings.lease_ttl_s)
            processes.beat(tx, self.process_id, "SchedulerJob", now)
        self._epochs = epochs
        self.next_renewal = now + timedelta(seconds=self._settings.lease_renew_s)

    def fence(self, tx: Tx) -> None:
        """Hold the leases until the end of this transaction.

        Raises:
            LeaseLost: they belong to somebody else.
        """
        if len(self._epochs) < leases.SHARDS:
            raise LeaseLost("not all shards are held")
        leases.fence(tx, self.owner, self._epochs)

    def stop_waiting(self) -> None:
        """Have `acquire` give up; safe to call from another thread."""
        self._stopping.set()

    def release(self) -> None:
        """Give the leases back, so that the next scheduler need not wait for them to run out."""
        with self._database.write() as tx:
            leases.release(tx, self.owner)

    def _release_dead(self) -> None:
        """Owners on this machine whose process is gone will not come back: their leases need not run out."""
        host = socket.gethostname()
        with self._database.write() as tx:
            for owner in {lease.owner for lease in leases.leases(tx)}:
                name, pid, started, *_ = [*owner.split("|"), "", ""]
                if name == host and pid.isdigit() and _started_at(int(pid)) != started:
                    log.info("lease.owner_gone pid=%s: taking its shards", pid)
                    leases.release(tx, owner)


def _started_at(pid: int) -> str:
    """When a process was started, in clock ticks since the machine's start; empty: there is no such process.

    Together with the pid this names a process for as long as the machine runs.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    except OSError:
        return ""
    state, started = fields[0], fields[19]
    return "" if state == "Z" else started
