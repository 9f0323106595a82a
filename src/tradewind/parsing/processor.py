"""Keeps the database in step with a folder of DAG files: watches it, parses what changed, stores and announces it.

One thread owns all state and waits on one queue; a second one watches the folder, and a few more each wait for a
parsing process. A slow full look catches what watching can't see (network folders).
"""

from __future__ import annotations

import importlib.metadata
import logging
import math
import queue
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from tradewind.base.dag_sources import source_text
from tradewind.base.errors import DatabaseUnavailable, TradewindError
from tradewind.base.settings import ParsingSettings
from tradewind.db.parses import ParsedFile
from tradewind.parsing.bundles import LocalBundle, forget_snapshots, snapshot_path
from tradewind.parsing.parser import FileResult, Parser
from tradewind.parsing.reads import FileReads
from tradewind.parsing.store import ParseStore
from tradewind.parsing.watcher import Watcher
from tradewind.parsing.worklist import Outcome, Worklist

__all__ = ["DagProcessor", "environment"]

log = logging.getLogger("tradewind.parsing")

BATCH = 50
"""Results stored in one transaction, at most."""
BATCH_WAIT_S = 0.1
"""How long a result may wait for others while more files are being parsed."""
TROUBLE_WAIT_S = 5.0
BEAT_S = 10.0
READS_LOOK_S = 1.0
"""How often the Variables and Connections are looked at that files read, where any do."""
TIDY_S = 3600.0


@dataclass(frozen=True, slots=True)
class _Changed:
    """Something in the folder may be different."""


@dataclass(frozen=True, slots=True)
class _Again:
    """Parse a file again, or every one (None)."""

    path: str | None = None


@dataclass(frozen=True, slots=True)
class _Stop:
    """End."""


@dataclass(frozen=True, slots=True)
class _Parsed:
    path: str
    result: FileResult | TradewindError


_Message = _Changed | _Again | _Stop | _Parsed


class DagProcessor:
    """The processor of one bundle.

    Args:
        bundle: the folder.
        parser: parses one file.
        store: where results go.
        settings: how many at once, how often to look.
        home: the home folder, which holds the snapshots.
        reads: what files read of the server while they are imported; None: there is none to read of.
    """

    def __init__(
        self,
        bundle: LocalBundle,
        parser: Parser,
        store: ParseStore,
        settings: ParsingSettings,
        home: Path,
        *,
        reads: FileReads | None = None,
    ) -> None:
        self._reads = reads
        self._reads_at = 0.0
        self._bundle = bundle
        self._parser = parser
        self._store = store
        self._settings = settings
        self._home = home
        self._queue: queue.SimpleQueue[_Message] = queue.SimpleQueue()
        self._worklist: Worklist | None = None
        self._results: list[Outcome] = []
        self._gone: set[str] = set()
        self._first_result_at = 0.0
        self._look_at = 0.0
        self._beat_at = 0.0
        self._quiet_until = 0.0
        self._tidy_at = 0.0
        self._trouble = ""
        self._progress = threading.Condition()
        self._asked = 1
        self._answered = 0
        self._pool = ThreadPoolExecutor(settings.processes, thread_name_prefix="parse")
        self._watcher = Watcher(bundle.root, lambda: self._queue.put(_Changed()))
        self._thread = threading.Thread(target=self._run, name="dag-processor", daemon=True)

    def start(self) -> None:
        """Begin, in threads of its own."""
        self._watcher.start()
        self._thread.start()

    def stop(self) -> None:
        """End; files being parsed are not waited for."""
        self._watcher.stop()
        self._queue.put(_Stop())
        if self._thread.is_alive():
            self._thread.join()
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._parser.close()
        self._pool.shutdown()
        self._parser.close()

    def look(self) -> None:
        """Look at the folder now."""
        self._ask(_Changed())

    def reparse(self, path: str | None = None) -> None:
        """Parse a file of the folder again, changed or not; None: every one."""
        self._ask(_Again(path))

    def wait_until_idle(self, timeout_s: float) -> bool:
        """Wait until all that was asked for is parsed and stored; False: it is not, after `timeout_s`."""
        with self._progress:
            asked = self._asked
            return self._progress.wait_for(lambda: self._answered >= asked, timeout_s)

    def _ask(self, message: _Message) -> None:
        with self._progress:
            self._asked += 1
            self._queue.put(message)

    # -- the thread --------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        while True:
            try:
                if not self._turn():
                    break
            except TradewindError as error:
                self._tell_trouble(error)
            except Exception:
                log.exception("parsing.bug: the processor goes on")  # a bug must not end the thread for good
                self._quiet_until = time.monotonic() + TROUBLE_WAIT_S
        try:
            self._store.ended()
        except TradewindError as error:
            self._tell_trouble(error)

    def _tell_trouble(self, error: TradewindError) -> None:
        """The database or the disk does not answer: nothing is lost, the same work is tried again."""
        self._quiet_until = time.monotonic() + TROUBLE_WAIT_S
        if self._trouble != error.message:
            self._trouble = error.message
            log.error("parsing.trouble error=%s", error.message)

    def _turn(self) -> bool:
        """One round: wait, take in what came, look, store, start parsing. False: it is over."""
        with self._progress:
            asked = self._asked
        messages = self._wait()
        if any(isinstance(message, _Stop) for message in messages):
            return False
        worklist = self._worklist or self._load()
        for message in messages:
            if isinstance(message, _Parsed):
                self._take_in(worklist, message)
            else:
                self._look_at = 0.0
                if isinstance(message, _Again):
                    worklist.forget(message.path)
        now = time.monotonic()
        if now < self._quiet_until:
            return True
        if now >= self._reads_at:
            self._look_at_reads(worklist)
        if now >= self._look_at:
            self._look(worklist)
        self._start_parsing(worklist)
        self._save(worklist)
        if now >= self._beat_at:
            self._store.beat()
            self._beat_at = now + BEAT_S
        if worklist.is_idle and not self._results and not self._gone:
            self._rest(asked)
        self._trouble = ""
        return True

    def _rest(self, asked: int) -> None:
        """All is done that was asked for before this turn."""
        with self._progress:
            self._answered = max(asked, self._answered)
            self._progress.notify_all()
        self._parser.rest()
        now = time.monotonic()
        if now >= self._tidy_at:
            self._tidy_at = now + TIDY_S
            keep = {self._worklist.manifest.version} if self._worklist else set[str]()
            forget_snapshots(self._home, self._bundle.name, keep | self._store.snapshots_in_use())

    def _wait(self) -> list[_Message]:
        now = time.monotonic()
        deadlines = [self._look_at, self._beat_at, self._reads_at]
        if self._results:
            deadlines.append(self._first_result_at + BATCH_WAIT_S)
        messages: list[_Message] = []
        try:
            messages.append(self._queue.get(timeout=max(0.0, min(deadlines) - now, self._quiet_until - now)))
            while True:
                messages.append(self._queue.get_nowait())
        except queue.Empty:
            return messages

    def _load(self) -> Worklist:
        known = self._store.known()
        self._worklist = Worklist(environment(sys.path), known.dependencies, known.owners)
        return self._worklist

    def _look(self, worklist: Worklist) -> None:
        manifest = self._bundle.read()
        self._gone.update(worklist.look(manifest))
        self._gone.difference_update(manifest.dag_files())
        self._look_at = time.monotonic() + self._settings.rescan_s

    def _look_at_reads(self, worklist: Worklist) -> None:
        names = worklist.reads() if self._reads is not None else set[str]()
        if self._reads is not None and names:
            worklist.notice(self._reads.stamps(names))
        self._reads_at = time.monotonic() + READS_LOOK_S if names else math.inf

    def _start_parsing(self, worklist: Worklist) -> None:
        if worklist.is_idle or worklist.running >= self._settings.processes:
            return
        snapshot = self._bundle.lay_out(worklist.manifest)
        while worklist.running < self._settings.processes and (path := worklist.take()) is not None:
            self._pool.submit(self._parse, path, snapshot)

    def _parse(self, path: str, snapshot: Path) -> None:
        result: FileResult | TradewindError
        try:
            result = self._parser.parse(snapshot, path)
        except TradewindError as error:
            result = error
        except Exception as error:
            log.exception("parsing.bug file=%s", path)
            result = TradewindError(f"parsing {path} failed in the parser itself: {error!r}")
        self._queue.put(_Parsed(path, result))

    def _take_in(self, worklist: Worklist, parsed: _Parsed) -> None:
        if isinstance(parsed.result, TradewindError):
            log.error("parsing.not_possible file=%s error=%s", parsed.path, parsed.result.message)
            worklist.give_back(parsed.path)
            self._quiet_until = time.monotonic() + TROUBLE_WAIT_S
            return
        outcome = worklist.finish(parsed.result)
        if outcome is not None:
            if outcome.result.reads:
                self._reads_at = min(self._reads_at, time.monotonic() + READS_LOOK_S)
            if not self._results:
                self._first_result_at = time.monotonic()
            self._results.append(outcome)

    def _save(self, worklist: Worklist) -> None:
        """Store what there is, once it is worth a transaction."""
        is_due = worklist.is_idle or time.monotonic() >= self._first_result_at + BATCH_WAIT_S
        results = self._results if is_due or len(self._results) >= BATCH else []
        # The DAGs of a file that is gone may come back with a new one: it is heard first, so that they never vanish.
        gone = [] if worklist.has_new_files else sorted(self._gone)
        if not results and not gone:
            return
        for outcome in results:
            if outcome.has_changed_reads and self._reads is not None:
                self._reads.on_change(outcome.result.relative_fileloc)
        try:
            self._store.save([self._file(outcome) for outcome in results], gone)
        except DatabaseUnavailable:
            raise
        except Exception:
            log.exception("parsing.not_stored: %d results are tried one by one", len(results))
            self._save_each(results, gone)
        self._results = self._results[len(results) :]
        self._gone.difference_update(gone)

    def _save_each(self, results: Sequence[Outcome], gone: Sequence[str]) -> None:
        """One result that can't be stored must not hold up the others: it becomes its file's import error."""
        self._store.save([], gone)
        for outcome in results:
            file = self._file(outcome)
            try:
                self._store.save([file], [])
            except DatabaseUnavailable:
                raise
            except Exception as error:
                log.exception("parsing.not_stored file=%s", file.relative_fileloc)
                reason = f"the DAGs of {file.relative_fileloc} could not be stored: {error}"
                self._store.save([replace(file, dags=(), error=reason)], [])

    def _file(self, outcome: Outcome) -> ParsedFile:
        result = outcome.result
        source = snapshot_path(self._home, self._bundle.name, outcome.snapshot_version) / result.relative_fileloc
        return ParsedFile(
            workspace=self._store.workspace,
            bundle_name=self._bundle.name,
            bundle_version=outcome.snapshot_version,
            relative_fileloc=result.relative_fileloc,
            fileloc=str(self._bundle.root / result.relative_fileloc),
            code_hash=outcome.code_hash,
            source=source_text(source),
            closure=outcome.dependencies,
            duration_s=result.duration_s,
            dags=result.dags,
            error=result.error,
        )


def environment(path: list[str]) -> str:
    """A text that changes when Python, Tradewind or the installed packages change.

    Args:
        path: `sys.path`.
    """
    folders = [Path(folder) for folder in path if folder.endswith("-packages")]
    stamps = [f"{folder} {folder.stat().st_mtime_ns}" for folder in folders if folder.is_dir()]
    return " ".join([sys.version, importlib.metadata.version("tradewind"), *stamps])
