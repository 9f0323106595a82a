"""One transaction for one batch: fence, rows, consumed inbox; tried again while the database is out of reach."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from tradewind.base.errors import DatabaseUnavailable
from tradewind.core.commands import Command
from tradewind.db import inbox, transitions
from tradewind.db.change_recorder import Recorder
from tradewind.db.engine import Database
from tradewind.db.waits import Seal
from tradewind.protocol.messages import Ended
from tradewind.protocol.triggers import Fired
from tradewind.scheduler.leases import LeaseKeeper

__all__ = ["Batch", "Committer", "patiently"]

log = logging.getLogger("tradewind.scheduler.committer")

FIRST_WAIT_S = 0.05
LONGEST_WAIT_S = 5.0

T = TypeVar("T")


def patiently(what: str, ask: Callable[[], T]) -> T:
    """Ask the database until it answers.

    Args:
        what: is asked, for the log.
    """
    wait_s = FIRST_WAIT_S
    while True:
        try:
            return ask()
        except DatabaseUnavailable as error:
            log.warning("%s.again in %.2f s, the database is out of reach: %s", what, wait_s, error)
        time.sleep(wait_s)
        wait_s = min(LONGEST_WAIT_S, wait_s * 2)


def _no_commands() -> list[Command]:
    return []


def _no_outputs() -> dict[str, Ended]:
    return {}


def _no_fired() -> dict[str, Fired]:
    return {}


def _no_rows() -> list[int]:
    return []


@dataclass(slots=True)
class Batch:
    """What one transaction will hold."""

    commands: list[Command] = field(default_factory=_no_commands)
    outputs: dict[str, Ended] = field(default_factory=_no_outputs)
    fired: dict[str, Fired] = field(default_factory=_no_fired)
    """What triggers said, by id."""
    consumed: list[int] = field(default_factory=_no_rows)

    def __bool__(self) -> bool:
        return bool(self.commands or self.consumed)


class Committer:
    """Commits batches in order. Saves hold absolute values, so a batch whose fate is unknown is simply repeated.

    Args:
        seal: encrypts what triggers are given and say.
        announce: told when something that people watch has changed.
    """

    def __init__(
        self,
        database: Database,
        leases: LeaseKeeper,
        seal: Seal = str,
        announce: Callable[[], None] | None = None,
    ) -> None:
        self._database = database
        self._leases = leases
        self._seal = seal
        self._recorder = Recorder(announce)

    def commit(self, batch: Batch, now: datetime) -> list[str]:
        """Returns uids of `CreateRun`s that lost against a run that was there before.

        Raises:
            LeaseLost: another scheduler owns the shards; nothing of the batch was stored.
        """
        return patiently("commit", lambda: self._once(batch, now))

    def _once(self, batch: Batch, now: datetime) -> list[str]:
        try:
            lost = self._write(batch, now)
        except BaseException:
            self._recorder.forget()
            raise
        self._recorder.committed()
        return lost

    def _write(self, batch: Batch, now: datetime) -> list[str]:
        outputs: Mapping[str, Ended] = batch.outputs
        with self._database.write() as tx:
            self._leases.fence(tx)
            inbox.consume(tx, batch.consumed)
            return transitions.write(
                tx,
                batch.commands,
                outputs,
                now=now,
                fired=batch.fired,
                seal=self._seal,
                recorder=self._recorder,
            )
