"""A bell between processes of one machine: a datagram on a unix socket says "look into the inbox".

A ring can get lost (nobody listens, the socket's buffer is full); a slow poll of the inbox makes up for it.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Callable, Generator
from pathlib import Path

__all__ = ["BellListener", "ring"]

RING = b"!"
STOP = b"."


def ring(path: Path) -> None:
    """Ring the bell at `path`; where nobody listens, nothing happens."""
    with contextlib.suppress(OSError):
        _send(path, RING, socket.MSG_DONTWAIT)


def _send(path: Path, what: bytes, flags: int = 0) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender, _short(path) as address:
        sender.sendto(what, flags, address)


@contextlib.contextmanager
def _short(path: Path) -> Generator[str]:
    """The same place, by a name that fits into an address of 108 bytes however deep the folder is."""
    folder = os.open(path.parent, os.O_PATH | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


class BellListener:
    """Calls back whenever somebody rings, from a thread of its own."""

    def __init__(self, path: Path, on_ring: Callable[[], None]) -> None:
        self._path = path
        self._on_ring = on_ring
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._thread = threading.Thread(target=self._listen, name="bell", daemon=True)

    def start(self) -> None:
        """Listen from now on; a socket file left by an earlier process is replaced."""
        self._path.unlink(missing_ok=True)
        with _short(self._path) as address:
            self._socket.bind(address)
        self._path.chmod(0o600)
        self._thread.start()

    def stop(self) -> None:
        """Stop listening and remove the socket file."""
        with contextlib.suppress(OSError):
            _send(self._path, STOP)
        if self._thread.is_alive():
            self._thread.join(timeout=5)
        self._socket.close()
        self._path.unlink(missing_ok=True)

    def _listen(self) -> None:
        while self._socket.recv(16) != STOP:
            self._on_ring()
