"""Tests of connections that somebody asked for and comes back to: one at a time for each connection, by a token.

What is to be tested holds a password, so it is kept by this process alone, and only as long as somebody may ask for it.
A server that is started again has forgotten its tests: the token is unknown, and the test is asked for once more.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from tradewind.base.clock import Clock
from tradewind.base.errors import Conflict, NotFound
from tradewind.base.ids import IdSource

__all__ = ["ConnectionTest", "ConnectionTests"]

log = logging.getLogger("tradewind.api.connection_tests")

KEPT = timedelta(hours=1)
AT_ONCE = 2

Attempt = Callable[[], tuple[bool, str]]


@dataclass(slots=True)
class ConnectionTest:
    """A test, and how far it is."""

    token: str
    workspace: str
    connection_id: str
    created_at: datetime
    state: Literal["pending", "running", "success", "failed"] = "pending"
    message: str | None = None

    @property
    def is_over(self) -> bool:
        """Whether its result is known."""
        return self.state in {"success", "failed"}


class ConnectionTests:
    """Runs tests in threads of its own, which are made when there is something to test."""

    def __init__(self, clock: Clock, ids: IdSource) -> None:
        self._clock = clock
        self._ids = ids
        self._lock = threading.Lock()
        self._tests: dict[str, ConnectionTest] = {}
        self._threads: ThreadPoolExecutor | None = None

    def start(self, workspace: str, connection_id: str, attempt: Attempt) -> ConnectionTest:
        """Begin a test; `attempt` runs in another thread, and says how it went.

        Raises:
            Conflict: this connection is being tested.
        """
        with self._lock:
            self._forget_old()
            if any(
                not one.is_over and (one.workspace, one.connection_id) == (workspace, connection_id)
                for one in self._tests.values()
            ):
                raise Conflict(
                    f"The connection {connection_id!r} is being tested already; wait for the result",
                    connection_id=connection_id,
                )
            test = ConnectionTest(self._ids.new(), workspace, connection_id, self._clock.now())
            self._tests[test.token] = test
            if self._threads is None:
                self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="connection-test")
            self._threads.submit(self._run, test, attempt)
        return test

    def get(self, workspace: str, token: str) -> ConnectionTest:
        """A test by its token.

        Raises:
            NotFound: there is none, or not any more.
        """
        with self._lock:
            self._forget_old()
            found = self._tests.get(token)
        if found is None or found.workspace != workspace:
            raise NotFound("There is no connection test of this token, or not any more; ask for a new one")
        return found

    def close(self) -> None:
        """Let the threads go; a test under way ends first."""
        if self._threads is not None:
            self._threads.shutdown(wait=True, cancel_futures=True)

    def _run(self, test: ConnectionTest, attempt: Attempt) -> None:
        test.state = "running"
        try:
            went_well, test.message = attempt()
        except Exception as error:
            log.exception("connection_test.crashed connection=%s", test.connection_id)
            went_well, test.message = False, f"{type(error).__name__} while testing; the server's log has the traceback"
        test.state = "success" if went_well else "failed"

    def _forget_old(self) -> None:
        before = self._clock.now() - KEPT
        self._tests = {token: one for token, one in self._tests.items() if not one.is_over or one.created_at > before}
