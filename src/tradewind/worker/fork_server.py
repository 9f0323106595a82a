"""Calls a function in a forked child of a warm process, with a time-out: for code that may hang, crash or lie."""

from __future__ import annotations

import itertools
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence

import msgspec

from tradewind.base.errors import ExecutorError
from tradewind.worker.child import Entries
from tradewind.worker.comms import Channel, Fork, FromZygote, Gone, Returned, Stop
from tradewind.worker.process_tree import ATTEMPT_VARIABLE, SERVER_VARIABLE, Mark, server_mark

__all__ = ["CallFailed", "ForkServer"]

END_WAIT_S = 5.0


class CallFailed(ExecutorError):
    """The called function raised, took too long, or its process died; the message says which, `traceback` where."""

    code = "call_failed"

    def __init__(self, message: str, *, traceback: str = "", is_timeout: bool = False) -> None:
        super().__init__(message, traceback=traceback, is_timeout=is_timeout)
        self.traceback = traceback
        self.is_timeout = is_timeout


class ForkServer:
    """A base zygote of its own, and calls into children of it. Safe to use from several threads at once.

    Args:
        preload: modules that calls need, imported once.
        environment: of the processes; this process's own by default.
    """

    def __init__(self, preload: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        entries = Entries(load="", run="", callback="", preload=list(preload))
        self._settings = msgspec.json.encode(entries).decode()
        self._environment = {
            **(os.environ if environment is None else environment),
            ATTEMPT_VARIABLE: Mark.placeholder(),
            SERVER_VARIABLE: server_mark(os.getpid()),
        }
        self._lock = threading.Lock()
        self._ids = itertools.count(1)
        self._decoder: msgspec.msgpack.Decoder[FromZygote] = msgspec.msgpack.Decoder(FromZygote)
        self._returned = msgspec.msgpack.Decoder(Returned)
        self._popen: subprocess.Popen[bytes] | None = None
        self._link: socket.socket | None = None
        self._ends: dict[str, Gone | None] = {}
        self._ended = threading.Condition(self._lock)

    def call(self, entry: str, payload: bytes, timeout_s: float) -> bytes:
        """Run ``module:function`` (bytes to bytes) in a forked child.

        Raises:
            CallFailed: the function raised, took longer than `timeout_s` seconds, or its process died.
        """
        ours, theirs = socket.socketpair()
        ours.settimeout(timeout_s)
        with self._lock:
            id = f"call-{next(self._ids)}"
            self._ends[id] = None
            self._send(Fork(id=id, body="call", payload=msgspec.msgpack.encode((entry, payload))), theirs)
        theirs.close()
        channel = Channel(ours)
        try:
            returned = channel.receive(self._returned)
        except TimeoutError as error:
            self._stop(id)
            raise CallFailed(f"{entry} took more than {timeout_s:g} s", is_timeout=True) from error
        except (EOFError, ConnectionError) as error:
            raise CallFailed(f"{entry} ended its process: {self._how_it_ended(id)}") from error
        finally:
            channel.close()
            with self._lock:
                self._ends.pop(id, None)
        if returned.failure:
            last = returned.failure.rstrip().rsplit("\n", 1)[-1]
            raise CallFailed(last, traceback=returned.failure)
        return returned.value

    def close(self) -> None:
        """End the zygote and whatever still runs below it."""
        with self._lock:
            popen, self._popen = self._popen, None
            if self._link is not None:
                self._link.shutdown(socket.SHUT_RDWR)
                self._link = None
        if popen is not None:
            try:
                popen.wait(END_WAIT_S)
            except subprocess.TimeoutExpired:
                popen.kill()
                popen.wait()

    def _send(self, message: Fork | Stop, *passed: socket.socket) -> None:
        """With the lock held; a zygote that died since the last call is replaced."""
        if self._popen is None or self._popen.poll() is not None:
            self._start()
        assert self._link is not None
        body = msgspec.msgpack.encode(message)
        frame = len(body).to_bytes(4, "big") + body
        sent = socket.send_fds(self._link, [frame], [one.fileno() for one in passed])
        if sent < len(frame):
            self._link.sendall(frame[sent:])

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        self._popen = subprocess.Popen(
            [sys.executable, "-m", "tradewind.worker.zygote", str(theirs.fileno()), self._settings],
            pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, env=self._environment, start_new_session=True,
        )  # fmt: skip
        theirs.close()
        self._link = ours
        threading.Thread(target=self._listen, args=(ours,), name="fork-server", daemon=True).start()

    def _listen(self, sock: socket.socket) -> None:
        channel = Channel(sock)
        try:
            while True:
                message = channel.receive(self._decoder)
                if isinstance(message, Gone):
                    with self._ended:
                        if message.id in self._ends:
                            self._ends[message.id] = message
                            self._ended.notify_all()
        except (EOFError, OSError):
            sock.close()

    def _stop(self, id: str) -> None:
        with self._lock:
            self._send(Stop(id=id, grace_s=0))

    def _how_it_ended(self, id: str) -> str:
        with self._ended:
            self._ended.wait_for(lambda: self._ends.get(id) is not None, END_WAIT_S)
            gone = self._ends.get(id)
        return "the process that forked it is gone" if gone is None else gone.in_words()
