"""HTTP as uvicorn speaks it, with bounds: on how long a request's head may take and how large it may be, and on silence in its body.

Without them, who sends a byte now and then holds a connection for good, and a head without an end fills the memory.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tradewind.base.api_settings import ApiSettings

__all__ = ["BoundedProtocol", "bounded"]

REASONS = {408: "Request Timeout", 431: "Request Header Fields Too Large"}


class BoundedProtocol(HttpToolsProtocol):
    """One connection."""

    head_timeout_s = 15.0
    body_timeout_s = 30.0
    largest_head = 64 * 1024

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._is_in_head = True
        self._is_in_body = False
        self._is_refused = False
        self._head_size = 0
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody has connected; the head of a request must come."""
        super().connection_made(transport)
        self._wait(self.head_timeout_s)

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """A part of a request, or several requests; most come in one piece and need no timer."""
        if self._is_refused:
            return
        was_in_head = self._is_in_head
        if was_in_head:
            self._head_size += len(data)
        super().data_received(data)
        if self._is_refused or self.transport.is_closing():
            self._stop_waiting()
        elif self._is_in_body:
            self._wait(self.body_timeout_s)
        elif not self._is_in_head:
            self._stop_waiting()
        elif self._head_size > self.largest_head:
            self._refuse(431)
        elif self._timer is None:
            self._wait(self.head_timeout_s)

    # -- what the parser finds ---------------------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        """A request begins."""
        self._is_in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Its head is here."""
        self._is_in_head, self._is_in_body = False, True
        self._head_size = 0
        if len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers) > self.largest_head:
            self._refuse(431)
            return
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A part of its body."""
        if not self._is_refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """All of it is here."""
        self._is_in_body = False
        if not self._is_refused:
            super().on_message_complete()

    # -- time --------------------------------------------------------------------------------------------------------

    def _wait(self, seconds: float) -> None:
        self._stop_waiting()
        if seconds > 0:
            self._timer = self.loop.call_later(seconds, self._is_late, seconds)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _is_late(self, seconds: float) -> None:
        self._timer = None
        if self.flow.read_paused:  # it is us who are late
            self._wait(seconds)
        elif self._head_size == 0 and self._is_in_head:
            self.transport.close()  # nothing was asked, so nothing is answered
        else:
            self._refuse(408)

    def _refuse(self, status: int) -> None:
        """Answer, where nothing else is being answered, and hang up."""
        self._is_refused = True
        self._stop_waiting()
        if self.cycle is None or self.cycle.response_complete or not self.cycle.response_started:
            words = f"HTTP/1.1 {status} {REASONS[status]}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
            self.transport.write(words.encode())
        self.transport.close()


def bounded(settings: ApiSettings) -> type[BoundedProtocol]:
    """The protocol with the bounds of the settings."""

    class Protocol(BoundedProtocol):
        head_timeout_s = settings.header_timeout_s
        body_timeout_s = settings.body_timeout_s
        largest_head = settings.max_header_kb * 1024

    return Protocol
