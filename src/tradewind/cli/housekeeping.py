"""What a server tidies up by itself, once an hour: what has expired, and what is older than it is to be kept."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import timedelta

from tradewind.base.clock import Clock
from tradewind.base.settings import Settings
from tradewind.cli.artifacts import sweep
from tradewind.db import Database, change_log, login_failures, login_sessions, oidc_logins, schema, state_store, tokens
from tradewind.worker.xcom import stored_artifacts

__all__ = ["CHANGES_EVERY_S", "Housekeeper", "cut_changes", "tidy"]

log = logging.getLogger("tradewind.housekeeping")

EVERY_S = 3600.0
CHANGES_EVERY_S = 60.0
"""How often the log of changes is cut: it may grow by megabytes a minute."""
MOST_CHANGES = 250_000
"""How many transactions it holds at most, however young."""
FIRST_AFTER_S = 300.0
"""A server that has just started has more urgent things to do."""


def tidy(database: Database, settings: Settings, clock: Clock) -> dict[str, int]:
    """Do it once.

    Returns:
        What went, by kind: rows by table, ``artifacts`` as files, others in words as rows.
    """
    now = clock.now()
    with database.write() as tx:
        gone = {"expired states": len(state_store.clean_expired(tx, now))}
        idle_since = now - timedelta(seconds=settings.auth.session_idle_s)
        gone["ended sessions"] = login_sessions.forget_expired(tx, now, idle_since)
        gone["log-ins that never came back"] = oidc_logins.forget_expired(tx, now)
        gone["ended tokens"] = tokens.forget_expired(tx, now)
        remembered = timedelta(seconds=2 * settings.auth.longest_lock_s)
        gone["failed log-ins"] = login_failures.forget_old(tx, now, now - remembered)
    if settings.retention.days > 0:
        before = now - timedelta(days=settings.retention.days)
        gone |= schema.clean(database, before)
        gone["artifacts"] = sweep(database, stored_artifacts(settings.artifact_url), before).files
    return {what: count for what, count in gone.items() if count}


def cut_changes(database: Database, settings: Settings, clock: Clock) -> dict[str, int]:
    """Forget what the stream of changes need not tell any more; a little at a time, as the scheduler writes too."""
    before = clock.now() - timedelta(seconds=settings.retention.changes_s)
    gone = 0
    while True:
        with database.write() as tx:
            some = change_log.prune(tx, before, MOST_CHANGES)
        if not some:
            return {"changes": gone} if gone else {}
        gone += some


class Housekeeper:
    """A thread that tidies up now and then; a failure is logged and does not end it.

    Args:
        work: what it does each time; returns what went, by kind.
        every_s: how often.
        first_after_s: when it does so first.
    """

    def __init__(
        self, work: Callable[[], dict[str, int]], every_s: float = EVERY_S, first_after_s: float = FIRST_AFTER_S
    ) -> None:
        self._work = work
        self._every_s = every_s
        self._first_after_s = first_after_s
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="housekeeping", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End; what is being tidied up is tidied up first."""
        self._is_over.set()
        self._thread.join(timeout=30)

    def _run(self) -> None:
        wait_s = self._first_after_s
        while not self._is_over.wait(wait_s):
            wait_s = self._every_s
            try:
                gone = self._work()
            except Exception:  # the edge of a thread: a database that is away comes back
                log.exception("housekeeping.failed: it is tried again later")
            else:
                if gone:
                    log.info("housekeeping.done %s", " ".join(f"{what}={count}" for what, count in gone.items()))
