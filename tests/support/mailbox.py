"""A mail server that keeps what it is sent, on a port of its own."""

from __future__ import annotations

import socketserver
import ssl
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any


class Mailbox(socketserver.ThreadingTCPServer):
    """A mail server; `messages` are what it took."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.messages: list[EmailMessage] = []
        self.commands: list[str] = []
        """First words of what clients said."""
        self._tls = tls

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Talk with a client, by TLS from the first byte on where that is given."""
        if self._tls is None:
            super().finish_request(request, client_address)
            return
        try:
            with self._tls.wrap_socket(request, server_side=True) as safe:
                super().finish_request(safe, client_address)
        except (ssl.SSLError, ConnectionError):  # the client does not like the certificate
            return

    @property
    def port(self) -> int:
        return self.server_address[1]

    def received(self, count: int = 1, timeout_s: float = 60) -> list[EmailMessage]:
        """The messages, once there are so many."""
        end = time.monotonic() + timeout_s
        while len(self.messages) < count and time.monotonic() < end:
            time.sleep(0.02)
        return list(self.messages)


class _Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self._say("220 here")
        while line := self.rfile.readline():
            word = line[:4].upper()
            self._mailbox.commands.append(word.decode())
            if word == b"EHLO":
                self._say("250-here\r\n250 AUTH PLAIN")
            elif word == b"AUTH":
                self._say("235 come in")
            elif word == b"DATA":
                self._say("354 go on")
                self._take()
                self._say("250 taken")
            elif word == b"QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 fine")

    def _say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")

    def _take(self) -> None:
        lines: list[bytes] = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b"."))
        message = message_from_bytes(b"".join(lines), policy=policy.default)
        assert isinstance(message, EmailMessage)
        self._mailbox.messages.append(message)

    @property
    def _mailbox(self) -> Mailbox:
        assert isinstance(self.server, Mailbox)
        return self.server


@contextmanager
def mailbox(tls: ssl.SSLContext | None = None) -> Generator[Mailbox]:
    """A server that takes every mail."""
    with Mailbox(tls) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
