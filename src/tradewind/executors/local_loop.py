"""The one loop of the local executor: sockets that became ready, and deadlines."""

from __future__ import annotations

import contextlib
import heapq
import itertools
import logging
import select
import socket
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

from tradewind.worker.comms import Link

__all__ = ["Loop"]

log = logging.getLogger(__name__)


class Loop:
    """Calls back, under the lock, when a link can be read or a moment has come.

    Args:
        lock: held during every callback; whoever calls `watch`, `forget`, `settle` or `after` holds it too.
        after_turn: called after each turn, without the lock.
    """

    def __init__(self, lock: AbstractContextManager[None], after_turn: Callable[[], None]) -> None:
        self._lock = lock
        self._after_turn = after_turn
        self._epoll = select.epoll()
        self._readers: dict[int, tuple[Link, Callable[[], None]]] = {}
        self._deadlines: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._is_over = False
        self._sleeps_until = 0.0
        self._wake_read, self._wake_write = socket.socketpair()
        for sock in (self._wake_read, self._wake_write):
            sock.setblocking(False)
        self._epoll.register(self._wake_read, select.EPOLLIN)

    def watch(self, link: Link, on_readable: Callable[[], None]) -> None:
        """Call back whenever there is something to read."""
        self._readers[link.fileno()] = (link, on_readable)
        self._epoll.register(link.fileno(), select.EPOLLIN)

    def settle(self, link: Link) -> None:
        """After a `send`: if something is left to write, write it when the kernel has room."""
        if link.wants_write:
            self._epoll.modify(link.fileno(), select.EPOLLIN | select.EPOLLOUT)

    def forget(self, link: Link) -> None:
        """Watch it no more, and close it."""
        if self._readers.pop(link.fileno(), None) is not None:
            self._epoll.unregister(link.fileno())
        link.close()

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """Call once, in so many seconds."""
        when = time.monotonic() + seconds
        heapq.heappush(self._deadlines, (when, next(self._order), action))
        if when < self._sleeps_until:
            self.wake()

    def wake(self) -> None:
        """End the present wait."""
        with contextlib.suppress(BlockingIOError):
            self._wake_write.send(b"\0")

    def end(self) -> None:
        """Let `run` return."""
        self._is_over = True
        self.wake()

    def run(self) -> None:
        """Turn until `end`."""
        while not self._is_over:
            for fd, mask in self._epoll.poll(self._wait_s()):
                if fd == self._wake_read.fileno():
                    with contextlib.suppress(BlockingIOError):
                        self._wake_read.recv(4096)
                else:
                    with self._lock:
                        self._serve(fd, mask)
            with self._lock:
                self._call_due()
            self._after_turn()

    def close(self) -> None:
        """Release descriptors, after `run` returned."""
        for link, _ in list(self._readers.values()):
            self.forget(link)
        self._epoll.close()
        self._wake_read.close()
        self._wake_write.close()

    def _wait_s(self) -> float | None:
        with self._lock:
            self._sleeps_until = self._deadlines[0][0] if self._deadlines else float("inf")
            return max(0.0, self._sleeps_until - time.monotonic()) if self._deadlines else None

    def _serve(self, fd: int, mask: int) -> None:
        found = self._readers.get(fd)
        if found is None:
            return
        link, on_readable = found
        try:
            if mask & select.EPOLLOUT:
                with contextlib.suppress(OSError):  # a closed socket shows when it is read
                    link.flush()
                if not link.wants_write:
                    self._epoll.modify(fd, select.EPOLLIN)
            if mask & ~select.EPOLLOUT:
                on_readable()
        except Exception:
            log.exception("a socket's event could not be handled")  # the loop serves all the others

    def _call_due(self) -> None:
        now = time.monotonic()
        while self._deadlines and self._deadlines[0][0] <= now:
            _, _, action = heapq.heappop(self._deadlines)
            try:
                action()
            except Exception:
                log.exception("a deadline's action failed")  # the loop serves all the others
