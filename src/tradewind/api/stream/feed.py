"""Reads the log of changes once for all who listen in this process, and hands each what they are shown.

It reads only while somebody listens: when the scheduler of this process says that there is something, and now and then
for what other processes write. Listeners with equal views share their bytes. Who is too slow loses what waits for them.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from typing import Any, Protocol

from tradewind.api.stream.view import Cursor, View
from tradewind.base.errors import DatabaseUnavailable
from tradewind.db import change_log
from tradewind.db.change_log import Announcer, LoggedRow
from tradewind.db.engine import Database

__all__ = ["Feed", "Subscription", "heard"]

log = logging.getLogger("tradewind.api.stream")

POLL_S = 0.25
"""How often the log is looked at for what other processes have written."""
MOST_ROWS = 500
PAUSE_S = 0.002
PAUSE_OF_EACH_S = 0.0002
LONGEST_PAUSE_S = 0.05
"""Between two readings: the more listen, the more is sent at once, so that sending never takes the whole processor."""
MOST_BYTES = 1024 * 1024
"""What may wait for one listener."""
AWAY_S = 1.0


class InThread(Protocol):
    """Runs something that blocks, in a thread."""

    def __call__(self, work: Callable[[], Any], /) -> Awaitable[Any]: ...


class Subscription:
    """What waits for one listener."""

    __slots__ = ("_chunks", "_size", "first", "is_lost", "news", "view")

    def __init__(self, view: View, first: int) -> None:
        self.view = view
        self.first = first
        """The number of the first row that has not been handed over."""
        self.is_lost = False
        """Whether something that waited was thrown away."""
        self.news = asyncio.Event()
        self._chunks: deque[bytes] = deque()
        self._size = 0

    def push(self, chunk: bytes, newest: int) -> None:
        """More to send; `newest` is the number of the last row that it is from."""
        self.first = newest + 1
        if not chunk or self.is_lost:
            return
        if self._size + len(chunk) > MOST_BYTES:
            self._drop()
        else:
            self._chunks.append(chunk)
            self._size += len(chunk)
        self.news.set()

    def _drop(self) -> None:
        self._chunks.clear()
        self._size = 0
        self.is_lost = True

    def lose(self) -> None:
        """Something is missing, whatever it is."""
        self._drop()
        self.news.set()

    def take(self) -> bytes:
        """All that waits."""
        self.news.clear()
        chunk = b"".join(self._chunks)
        self._chunks.clear()
        self._size = 0
        return chunk


async def heard(news: asyncio.Event, until: float) -> bool:
    """Wait for news, up to a moment on the loop's clock; whether there were any. The event is cleared."""
    try:
        async with asyncio.timeout_at(until):
            await news.wait()
    except TimeoutError:
        return False
    news.clear()
    return True


RunName = tuple[str, str, str]


class Feed:
    """Everything of it happens on the loop of the application, but for `ring`."""

    def __init__(self, database: Database, in_thread: InThread, announcer: Announcer | None) -> None:
        self._database = database
        self._in_thread = in_thread
        self._announcer = announcer
        self._views: dict[View, set[Subscription]] = {}
        self._watches: dict[RunName, set[asyncio.Event]] = {}
        self._listeners = 0
        self._reader: asyncio.Task[None] | None = None
        self._ready: asyncio.Future[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._bell: asyncio.Event | None = None
        self._is_rung = False
        self.position = 0
        """The number of the newest row that has been handed out."""
        self.is_over = False

    # -- who listens -------------------------------------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def attended(self) -> AsyncGenerator[None]:
        """Somebody listens: the log is being read, and `position` moves on."""
        self._listeners += 1
        try:
            if self._reader is None or self._reader.done():
                self._start()
            assert self._ready is not None, "a reader that was started has something to be ready for"
            await asyncio.shield(self._ready)
            yield
        finally:
            self._listeners -= 1
            if self._listeners == 0:
                self._stop()

    @contextlib.contextmanager
    def attached(self, view: View, first: int) -> Generator[Subscription]:
        """A subscription to rows from a number on, which must not lie before what has been handed out."""
        subscription = Subscription(view, first)
        self._views.setdefault(view, set()).add(subscription)
        try:
            yield subscription
        finally:
            self._detach(subscription)

    def turn(self, subscription: Subscription, view: View) -> None:
        """The listener is shown something else from now on."""
        self._detach(subscription)
        subscription.view = view
        self._views.setdefault(view, set()).add(subscription)

    def _detach(self, subscription: Subscription) -> None:
        same = self._views[subscription.view]
        same.discard(subscription)
        if not same:
            del self._views[subscription.view]

    @contextlib.asynccontextmanager
    async def watching(self, workspace: str, dag_id: str, run_id: str) -> AsyncGenerator[asyncio.Event]:
        """An event that is set whenever a run has changed its state, from now on."""
        key = (workspace, dag_id, run_id)
        async with self.attended():
            news = asyncio.Event()
            if self.is_over:
                news.set()
            same = self._watches.setdefault(key, set())
            same.add(news)
            try:
                yield news
            finally:
                same.discard(news)
                if not same:
                    self._watches.pop(key, None)

    # -- the past ----------------------------------------------------------------------------------------------------

    async def bounds(self) -> tuple[int, int]:
        """The numbers of the oldest and the newest row that are kept."""
        return await self._in_thread(lambda: self._read(change_log.bounds))

    async def rows(self, first: int) -> list[LoggedRow]:
        """Rows from a number on, but not all of them at once."""
        return await self._in_thread(lambda: self._read(lambda tx: change_log.read(tx, first, MOST_ROWS)))

    def _read(self, work: Callable[[Any], Any]) -> Any:
        with self._database.read() as tx:
            return work(tx)

    # -- the reader --------------------------------------------------------------------------------------------------

    def ring(self) -> None:
        """The log has grown. Any thread may say so."""
        loop, bell = self._loop, self._bell
        if self._is_rung or loop is None or bell is None:
            return
        self._is_rung = True
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens any more
            loop.call_soon_threadsafe(bell.set)

    def close(self) -> None:
        """Let all who listen go, now and from now on."""
        self.is_over = True
        for same in self._views.values():
            for subscription in same:
                subscription.news.set()
        for events in self._watches.values():
            for event in events:
                event.set()

    def _start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._bell = asyncio.Event()
        self._ready = self._loop.create_future()
        self._is_rung = False
        self._reader = self._loop.create_task(self._run(self._bell, self._ready))
        if self._announcer is not None:
            self._announcer.listen(self.ring)

    def _stop(self) -> None:
        if self._announcer is not None:
            self._announcer.leave(self.ring)
        if self._reader is not None:
            self._reader.cancel()
        self._reader = self._bell = self._loop = None

    async def _run(self, bell: asyncio.Event, ready: asyncio.Future[None]) -> None:
        try:
            _, self.position = await self.bounds()
        except DatabaseUnavailable as error:
            ready.set_exception(error)
            return
        ready.set_result(None)
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_S):
                    await bell.wait()
            bell.clear()
            self._is_rung = False
            try:
                rows = await self.rows(self.position + 1)
                if rows:
                    self._hand_out(rows)
                if len(rows) == MOST_ROWS:
                    bell.set()
            except DatabaseUnavailable as error:
                log.warning("stream.away: the log of changes can't be read: %s", error)
                await self._come_back()
            except Exception:  # the edge of a task: listeners are told to read again instead of waiting for ever
                log.exception("stream.failed: all who listen are told that they have missed something")
                await self._come_back(has_failed=True)
            await asyncio.sleep(min(PAUSE_S + PAUSE_OF_EACH_S * self._listeners, LONGEST_PAUSE_S))

    async def _come_back(self, *, has_failed: bool = False) -> None:
        """Wait for the database. Where it has forgotten meanwhile what was not read, all listeners have lost something."""
        while True:
            await asyncio.sleep(AWAY_S)
            try:
                oldest, newest = await self.bounds()
            except DatabaseUnavailable:
                continue
            if has_failed or not oldest <= self.position + 1 <= newest + 1:
                self.position = newest
                for same in self._views.values():
                    for subscription in same:
                        subscription.first = newest + 1
                        subscription.lose()
            return

    def _hand_out(self, rows: list[LoggedRow]) -> None:
        first, newest = rows[0].id, rows[-1].id
        self.position = newest
        for view, same in self._views.items():
            shared: bytes | None = None
            for subscription in same:
                if subscription.first > newest:
                    continue
                if subscription.first > first:
                    chunk = view.written(rows, Cursor(subscription.first, 0))
                else:
                    shared = chunk = view.written(rows, Cursor(first, 0)) if shared is None else shared
                subscription.push(chunk, newest)
        if self._watches:
            for row in rows:
                for change in row.changes:
                    if change.kind == "dag_run":
                        key = (change.workspace, change.dag_id or "", change.run_id or "")
                        for event in self._watches.get(key, ()):
                            event.set()
