"""Calling a function in a process that ends afterwards: forked from a warm parent, or a fresh interpreter."""

from __future__ import annotations

import base64
import contextlib
import itertools
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Protocol

import msgspec

from tradewind.base.errors import TradewindError
from tradewind.protocol.messages import ErrorReply, Reply, Request
from tradewind.worker.child import Entries, return_call
from tradewind.worker.comms import Answer, Ask, Channel, Fork, FromZygote, Gone, Returned, Stop, encode

__all__ = [
    "Answering",
    "CallDiedError",
    "CallTimedOutError",
    "Caller",
    "CallerBrokenError",
    "ForkServer",
    "FreshInterpreter",
    "nobody_answers",
]

PRELOAD = [
    "tradewind.worker.entry",
    "tradewind.parsing.child",
    "tradewind.parsing.questions",
    "tradewind.sdk.serialize",
    "tradewind.timetables",
]
LAST_WAIT_S = 10.0
KEPT_FROM_FILES = ("TRADEWIND__DB__URL", "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "AIRFLOW__CORE__SQL_ALCHEMY_CONN")
"""Variables that a DAG file has no business with."""

_from_call: msgspec.msgpack.Decoder[Returned | Ask] = msgspec.msgpack.Decoder(Returned | Ask)
_from_zygote: msgspec.msgpack.Decoder[FromZygote] = msgspec.msgpack.Decoder(FromZygote)


Answering = Callable[[Request], Reply]


def nobody_answers(request: Request) -> Reply:
    """The answer where nobody is there to give one."""
    return ErrorReply(code="no_server", message=f"{type(request).__name__}: there is no server that could answer")


class CallTimedOutError(TradewindError):
    """The call took too long; its process and all it started were killed."""

    code = "call_timed_out"


class CallDiedError(TradewindError):
    """The process ended before the function returned; the sentence says how."""

    code = "call_died"


class CallerBrokenError(TradewindError):
    """No process can be had for the call: its function and payload are not to blame."""

    code = "caller_broken"


class Caller(Protocol):
    """Calls functions in processes of their own; several threads may call at once."""

    def call(self, entry: str, payload: bytes, timeout_s: float, answer: Answering = nobody_answers) -> bytes:
        """What the function ``module:name`` returns for the payload.

        Args:
            answer: answers what it asks meanwhile; never raises.

        Raises:
            CallTimedOutError: it took longer than `timeout_s`.
            CallDiedError: its process ended before it returned, or it raised.
            CallerBrokenError: no process could be had.
        """
        ...

    def close(self) -> None:
        """End all processes; a later call starts anew."""
        ...

    def close_if_idle(self, idle_s: float) -> None:
        """Let go of warm processes that were not needed for so many seconds."""
        ...


class FreshInterpreter:
    """A new interpreter for each call: slow (it imports everything again), and possible everywhere."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = _without_secrets(environ)

    def call(self, entry: str, payload: bytes, timeout_s: float, answer: Answering = nobody_answers) -> bytes:
        ours, theirs = socket.socketpair()
        argument = base64.b64encode(msgspec.msgpack.encode((entry, payload))).decode()
        with ours:
            with theirs:
                process = subprocess.Popen(
                    [sys.executable, "-m", "tradewind.parsing.calls", str(theirs.fileno()), argument],
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    env=self._environ,
                    start_new_session=True,
                )
            try:
                return _value(_receive(ours, entry, timeout_s, answer))
            except EOFError:
                status = process.wait(LAST_WAIT_S)
                raise CallDiedError(_end_in_words(status, "")) from None
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def close(self) -> None:
        """Nothing is kept between calls."""

    def close_if_idle(self, idle_s: float) -> None:
        """Nothing is kept between calls."""


class ForkServer:
    """A warm parent that forks a process for each call. It is started by the first call."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = _without_secrets(environ)
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._parent: _Parent | None = None
        self._last_used = time.monotonic()

    def call(self, entry: str, payload: bytes, timeout_s: float, answer: Answering = nobody_answers) -> bytes:
        ours, theirs = socket.socketpair()
        call_id = f"parse-{next(self._numbers)}"
        with ours:
            with theirs:
                parent, end = self._started(call_id)
                fork = Fork(id=call_id, body="call", payload=msgspec.msgpack.encode((entry, payload)))
                parent.send_call(fork, theirs)
            try:
                returned = _receive(ours, entry, timeout_s, answer)
            except EOFError:
                raise _died(end) from None
            finally:
                # Nothing that the function started outlives the call.
                parent.send(Stop(id=call_id, grace_s=0.0))
                self._last_used = time.monotonic()
        return _value(returned)

    def close(self) -> None:
        with self._lock:
            parent, self._parent = self._parent, None
        if parent is not None:
            parent.close()

    def close_if_idle(self, idle_s: float) -> None:
        """Let the warm parent go when it was not needed for a while."""
        with self._lock:
            parent = self._parent
            if parent is None or parent.is_busy or time.monotonic() - self._last_used <= idle_s:
                return
            self._parent = None
        parent.close()

    def _started(self, call_id: str) -> tuple[_Parent, Future[Gone]]:
        """The warm parent, which is not let go before the call has ended, and the end to come."""
        with self._lock:
            if self._parent is None or self._parent.is_gone:
                self._parent = _Parent(self._environ)
            return self._parent, self._parent.expect(call_id)


class _Parent:
    """The warm process, and the thread that hears from it."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._lock = threading.Lock()
        self._ends: dict[str, Future[Gone]] = {}
        self.is_gone = False
        ours, theirs = socket.socketpair()
        entries = Entries(load="", run="", callback="", preload=PRELOAD, rehearse="tradewind.parsing.child:rehearse")
        with theirs:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "tradewind.worker.zygote",
                    str(theirs.fileno()),
                    msgspec.json.encode(entries).decode(),
                ],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env=environ,
                start_new_session=True,
            )
        self._socket = ours
        self._thread = threading.Thread(target=self._listen, name="parser-parent", daemon=True)
        self._thread.start()

    @property
    def is_busy(self) -> bool:
        """Whether a process that it forked lives."""
        return bool(self._ends)

    def expect(self, call_id: str) -> Future[Gone]:
        """A call follows; the future tells how its process ended."""
        with self._lock:
            end = self._ends[call_id] = Future[Gone]()
            if self.is_gone:
                self._forget(call_id)
            return end

    def send_call(self, fork: Fork, passed: socket.socket) -> None:
        """Have it fork."""
        frame = memoryview(encode(fork))
        with self._lock:
            try:
                sent = socket.send_fds(self._socket, [frame], [passed.fileno()])
                self._socket.sendall(frame[sent:])
            except OSError:
                self._forget(fork.id)

    def send(self, message: Stop) -> None:
        """Order something; where it is gone, so are its processes."""
        with self._lock, contextlib.suppress(OSError):
            self._socket.sendall(encode(message))

    def close(self) -> None:
        """Have it leave, with all processes below it."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(LAST_WAIT_S)
        try:
            self._process.wait(LAST_WAIT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._socket.close()

    def _listen(self) -> None:
        channel = Channel(self._socket)
        with contextlib.suppress(OSError, EOFError):
            while True:
                message = channel.receive(_from_zygote)
                if isinstance(message, Gone):
                    end = self._ends.pop(message.id, None)
                    if end is not None:
                        end.set_result(message)
        with self._lock:
            self.is_gone = True
            for call_id in list(self._ends):
                self._forget(call_id)

    def _forget(self, call_id: str) -> None:
        end = self._ends.pop(call_id, None)
        if end is not None:
            end.set_result(
                Gone(id=call_id, pid=0, status=0, peak_mb=0, reason="the warm parent of the parsers is gone")
            )


def _without_secrets(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if name not in KEPT_FROM_FILES}


def _receive(sock: socket.socket, entry: str, timeout_s: float, answer: Answering) -> Returned:
    channel = Channel(sock)
    deadline = time.monotonic() + timeout_s
    try:
        while True:
            sock.settimeout(max(0.001, deadline - time.monotonic()))
            message = channel.receive(_from_call)
            if isinstance(message, Returned):
                return message
            reply = Answer(message.number, answer(message.request))
            with contextlib.suppress(
                ConnectionResetError, BrokenPipeError
            ):  # it did not wait; its last word is there yet
                channel.send(reply)
    except TimeoutError:
        raise CallTimedOutError(f"{entry} did not return within {timeout_s:g} s", timeout_s=timeout_s) from None
    except (ConnectionResetError, BrokenPipeError):
        raise EOFError from None


def _value(returned: Returned) -> bytes:
    if returned.failure:
        raise CallDiedError(returned.failure)
    return returned.value


def _died(end: Future[Gone]) -> TradewindError:
    try:
        gone = end.result(LAST_WAIT_S)
    except TimeoutError:
        return CallDiedError("its process closed its socket, and hangs")
    if gone.pid == 0:
        return CallerBrokenError(gone.reason)
    return CallDiedError(_end_in_words(os.waitstatus_to_exitcode(gone.status), gone.reason))


def _end_in_words(status: int, reason: str) -> str:
    if reason:
        return reason
    if status >= 0:
        return f"its process ended with exit code {status} (os._exit, or native code that exits)"
    name = signal.Signals(-status).name
    causes = {"SIGKILL": ", probably because memory ran out", "SIGSEGV": " (a crash in native code)"}
    return f"its process was ended by signal {-status}, {name}{causes.get(name, '')}"


def main() -> None:
    """The fresh interpreter: arguments are the socket's descriptor and the call."""
    return_call(Channel(socket.socket(fileno=int(sys.argv[1]))), base64.b64decode(sys.argv[2]))


if __name__ == "__main__":
    main()
