"""What is stored about deferred tasks, as those want it who run triggers and those who start the next attempt."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from tradewind.base.errors import NotFound, TradewindError
from tradewind.db import inputs, waits
from tradewind.db.cipher import Cipher
from tradewind.db.engine import Database
from tradewind.protocol.messages import DagFacts
from tradewind.protocol.triggers import Watch
from tradewind.protocol.waits import Deferral, Resume
from tradewind.spec import DagKey
from tradewind.worker.logs import attempt_log_name

__all__ = ["NoTriggers", "StoredWaits", "Triggers", "attempt_log"]

log = logging.getLogger("tradewind.scheduler.triggers")


class Triggers(Protocol):
    """Where triggers run. All methods return at once."""

    def start(self, triggers: Sequence[str]) -> None:
        """Run these, whose rows are committed."""
        ...

    def stop(self, trigger: str, *, is_cancelled: bool) -> None:
        """Nobody waits for it any more."""
        ...

    def resync(self) -> None:
        """Have exactly those run that the rows tell of."""
        ...


class NoTriggers:
    """Nothing runs triggers here: they wait for a server that does."""

    def start(self, triggers: Sequence[str]) -> None:
        """Leave them in their rows."""
        log.debug("triggers.wait n=%d", len(triggers))

    def stop(self, trigger: str, *, is_cancelled: bool) -> None:
        """Nothing runs."""

    def resync(self) -> None:
        """Nothing runs."""


class StoredWaits:
    """Reads what deferred tasks wait for, and what came of it."""

    def __init__(
        self, database: Database, cipher: Cipher, code: Callable[[DagKey, str], DagFacts], log_folder: Path
    ) -> None:
        self._database = database
        self._cipher = cipher
        self._code = code
        self._log_folder = log_folder

    def load(self, ids: Sequence[str] | None = None) -> list[Watch]:
        """What a triggerer is to run, out of these triggers; None: all that are waited for."""
        with self._database.read() as tx:
            records = waits.waiting_triggers(tx, self._cipher.decrypt, ids)
        known: dict[str, DagFacts | None] = {}
        found: list[Watch] = []
        for one in records:
            if one.version_id not in known:
                known[one.version_id] = self._code_of(one.dag, one.version_id)
            w = one.waiter
            path = attempt_log(self._log_folder, w.dag_id, w.run_id, w.task_id, w.map_index, w.try_number)
            found.append(
                Watch(
                    id=one.id,
                    classpath=one.classpath,
                    kwargs=one.kwargs,
                    dag=known[one.version_id],
                    waiter=w,
                    log_path=str(path),
                )
            )
        return found

    def _code_of(self, dag: DagKey, version_id: str) -> DagFacts | None:
        try:
            return self._code(dag, version_id)
        except TradewindError as error:
            log.warning("trigger.without_code dag_id=%s: %s", dag.dag_id, error)
            return None

    def resume_of(self, wait: str) -> Resume:
        """How the attempt after a wait goes on.

        Raises:
            NotFound: nobody waited.
        """
        with self._database.read() as tx:
            found = waits.resume_of(tx, wait, self._cipher.decrypt) or inputs.resume_of(tx, wait)
        if found is None:
            raise NotFound(f"nothing is stored of the wait {wait}", wait=wait)
        return found

    def deferral_of(self, wait: str) -> Deferral | None:
        """What a task waited for; None: nothing is stored of it any more."""
        with self._database.read() as tx:
            return waits.deferral_of(tx, wait, self._cipher.decrypt)


def attempt_log(folder: Path, dag_id: str, run_id: str, task_id: str, map_index: int, try_number: int) -> Path:  # noqa: PLR0917 - the parts of a path, in order
    """The log of an attempt, where those who read it look for it."""
    return folder / attempt_log_name(
        dag_id=dag_id, run_id=run_id, task_id=task_id, map_index=map_index, try_number=try_number
    )
