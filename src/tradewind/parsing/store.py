"""What the parser tells the rest of the system: rows in the database and events in the inbox, in one transaction."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tradewind.base.clock import Clock
from tradewind.base.headline import headline
from tradewind.base.ids import IdSource
from tradewind.core.events import DagStale, VersionAdded
from tradewind.db import inbox, parses, processes
from tradewind.db.engine import Database
from tradewind.db.parses import ParsedFile

__all__ = ["Known", "ParseStore"]

log = logging.getLogger("tradewind.parsing")


@dataclass(frozen=True, slots=True)
class Known:
    """What was stored of a bundle before."""

    dependencies: Mapping[str, Mapping[str, str]]
    owners: Mapping[str, str]
    """DAG id -> path of its file in this bundle."""


class ParseStore:
    """Stores results for one bundle.

    Args:
        bell: rung after each commit that posted events.
        paused_by_default: whether DAGs that do not say start paused.
    """

    def __init__(
        self,
        database: Database,
        bundle: str,
        *,
        clock: Clock,
        ids: IdSource,
        bell: Callable[[], None],
        paused_by_default: bool,
        workspace: str = "default",
    ) -> None:
        self.workspace = workspace
        self.bundle = bundle
        self._database = database
        self._clock = clock
        self._ids = ids
        self._bell = bell
        self._paused_by_default = paused_by_default
        self._process_uid = ids.new()

    def known(self) -> Known:
        """What is stored of the bundle.

        Raises:
            DatabaseUnavailable: no answer.
        """
        with self._database.read() as tx:
            files = parses.parsed_files(tx, self.workspace, self.bundle)
            owners = parses.dag_files(tx, self.workspace, self.bundle)
        return Known({path: closure.files for path, closure in files.items()}, owners)

    def save(self, files: Sequence[ParsedFile], gone: Sequence[str]) -> None:
        """Store results and forget files, tell the scheduler what changed for it, and ring.

        Raises:
            DatabaseUnavailable: no answer; nothing was stored.
        """
        now = self._clock.now()
        with self._database.write() as tx:
            changes = parses.store_parse(tx, files, self._ids, now, paused_by_default=self._paused_by_default)
            stale = [*changes.stale, *parses.forget_files(tx, self.workspace, self.bundle, gone, now)]
            for added in changes.added:
                inbox.post(tx, VersionAdded(added.dag, added.version_id, added.spec, added.is_paused), now)
            for dag in stale:
                inbox.post(tx, DagStale(dag), now)
        if changes.added or stale:
            self._bell()
        for added in changes.added:
            log.info("dag.version dag_id=%s version=%s", added.dag.dag_id, added.version_id)
        for dag in stale:
            log.info("dag.stale dag_id=%s", dag.dag_id)
        for file in files:
            if file.error is not None:
                log.warning("dag.import_error file=%s error=%s", file.relative_fileloc, headline(file.error))

    def snapshots_in_use(self) -> set[str]:
        """The snapshots that versions are bound to."""
        with self._database.read() as tx:
            return parses.snapshots_in_use(tx, self.workspace, self.bundle)

    def beat(self) -> None:
        """Say that the processor lives."""
        with self._database.write() as tx:
            processes.beat(tx, self._process_uid, "DagProcessorJob", self._clock.now())

    def ended(self) -> None:
        """Say that the processor stopped."""
        with self._database.write() as tx:
            processes.ended(tx, self._process_uid, self._clock.now())
