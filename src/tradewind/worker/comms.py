"""Frames between server, zygotes and attempts: four bytes of length, then one msgpack message.

A `Channel` is the blocking end that a task's process holds, a `Link` the non-blocking end of whoever serves many. File
descriptors travel with the first byte of a frame (SCM_RIGHTS); the kernel never merges reads across such a byte, so the
descriptors of a link arrive in the order of the frames that announced them.
"""

from __future__ import annotations

import array
import itertools
import os
import signal
import socket
import threading
from collections import deque
from collections.abc import Sequence
from typing import Literal, TypeVar

import msgspec

from tradewind.base.errors import ExecutorError, InvalidInput
from tradewind.protocol.messages import CallbackWork, Ended, Reply, Request, Started, Workload

__all__ = [
    "Answer",
    "Ask",
    "Channel",
    "ChannelApi",
    "FileRef",
    "Fork",
    "FromChild",
    "FromZygote",
    "Gone",
    "Idle",
    "Leaving",
    "Link",
    "LogLoss",
    "Ready",
    "Returned",
    "Run",
    "Stop",
    "ToWorker",
    "ToZygote",
    "encode",
]

MAX_FRAME = 1 << 30
READ_SIZE = 1 << 18
ATOMIC = 1 << 15
"""The kernel takes a write of this many bytes to a unix socket whole, or not at all."""
CRASHES = (signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE, signal.SIGABRT)
FD_SIZE = array.array("i").itemsize


class FileRef(msgspec.Struct, frozen=True):
    """A DAG file in a snapshot of its bundle."""

    bundle_path: str
    relative_fileloc: str


class Fork(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Start a process: it gets the descriptor sent along as its own socket."""

    id: str
    body: Literal["file", "attempt", "callback", "spare", "worker", "exec", "call"]
    payload: bytes = b""
    limit: int = 1
    """How many attempts the process may run, one after another."""
    failure: str = ""
    """Why the code could not be loaded, where the zygote that tried is gone: the attempt fails with it."""


class Stop(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """End a process: SIGTERM to its group, SIGKILL to its whole tree after `grace_s` seconds; `Gone` follows."""

    id: str
    grace_s: float


class Ready(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A zygote has imported what it should."""

    pid: int
    threads: list[str] = []
    """Names of native threads that would not survive a fork: where there are any, forking is not safe."""
    failure: str = ""
    """Traceback of the import that failed."""


class Gone(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A process has ended. `status` as from `waitpid`."""

    id: str
    pid: int
    status: int
    peak_mb: int
    reason: str = ""
    """Why the zygote itself ended it, where it did."""

    def in_words(self) -> str:
        """How the process ended, for people."""
        if self.reason:
            return self.reason
        number = self.status & 0x7F
        if not number:
            return f"it left with exit code {self.status >> 8} and without a report (os._exit, or native code)"
        try:
            name = signal.Signals(number).name
        except ValueError:
            name = "unknown"
        text = f"it was killed by signal {number} ({name}); its peak memory was {self.peak_mb} MB"
        if number == signal.SIGKILL:
            return text + ". Nobody ordered it here: the machine may have run out of memory (see the kernel's log)"
        return text + (". Native code crashed" if number in CRASHES else "")


class Run(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Work for a process that is waiting for some: one of the two."""

    attempt: Workload | None = None
    callback: CallbackWork | None = None


class LogLoss(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Log lines that could not be written; sent for the first one, and again at the end with the count."""

    attempt: str
    lines: int
    reason: str


class Returned(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """What a called function gave back: its bytes, or the traceback of its failure."""

    value: bytes = b""
    failure: str = ""


class Idle(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A process is ready for `Run`."""

    pid: int


class Leaving(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A worker ends after the report that follows: the attempt left threads or processes behind."""


class Ask(msgspec.Struct, frozen=True, tag=True):
    """A request of a task, numbered so that its answer is known among those to requests that were given up."""

    number: int
    request: Request


class Answer(msgspec.Struct, frozen=True, tag=True):
    """The answer to the `Ask` of this number."""

    number: int
    reply: Reply


ToZygote = Fork | Stop | Answer
FromZygote = Ready | Gone | Ask
ToWorker = Run
FromChild = Started | Ended | LogLoss | Returned | Idle | Leaving | Ask

T = TypeVar("T")

_encoder = msgspec.msgpack.Encoder()
_as_ask: msgspec.msgpack.Decoder[Ask] = msgspec.msgpack.Decoder(Ask)


def encode(message: msgspec.Struct) -> bytes:
    """A frame."""
    body = _encoder.encode(message)
    if len(body) > MAX_FRAME:
        raise ExecutorError(f"a {type(message).__name__} of {len(body)} bytes is too large to send", size=len(body))
    return len(body).to_bytes(4, "big") + body


class _Frames:
    """Cuts a stream of bytes into frames."""

    def __init__(self) -> None:
        self._data = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """Add what was read; the frames that are whole now."""
        buffer = self._data
        buffer += data
        found: list[bytes] = []
        at = 0
        while len(buffer) - at >= 4:
            size = int.from_bytes(buffer[at : at + 4], "big")
            if size > MAX_FRAME:
                raise ExecutorError(f"a frame claims {size} bytes; the stream is broken", size=size)
            if len(buffer) - at - 4 < size:
                break
            found.append(bytes(buffer[at + 4 : at + 4 + size]))
            at += 4 + size
        if at:
            del buffer[:at]
        return found


class Channel:
    """The blocking end: one message at a time, from one process."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._frames = _Frames()
        self._ready: deque[bytes] = deque()
        self._sending = threading.Lock()

    def send(self, message: msgspec.Struct) -> None:
        """Send, waiting for room.

        Raises:
            OSError: the other end is gone.
        """
        self.send_frame(encode(message))

    def send_frame(self, frame: bytes) -> None:
        """Send what is encoded already. A signal's handler that raises meanwhile never leaves half a frame behind."""
        if len(frame) <= ATOMIC:
            self._send_whole(frame)
            return
        # handlers run in the main thread, so another one sends what the kernel takes in pieces
        sending = threading.Thread(target=self._send_in_thread, args=(frame, failures := []), daemon=True)
        sending.start()
        sending.join()
        if failures:
            raise failures[0]

    def _send_whole(self, frame: bytes) -> None:
        with self._sending:
            self.sock.sendall(frame)

    def _send_in_thread(self, frame: bytes, failures: list[OSError]) -> None:
        try:
            self._send_whole(frame)
        except OSError as error:
            failures.append(error)

    def receive(self, decoder: msgspec.msgpack.Decoder[T]) -> T:
        """The next message.

        Raises:
            EOFError: the other end closed.
            TimeoutError: the socket has a time-out, and it passed.
        """
        while not self._ready:
            data = self.sock.recv(READ_SIZE)
            if not data:
                raise EOFError("the other end closed its socket")
            self._ready.extend(self._frames.feed(data))
        return decoder.decode(self._ready.popleft())

    def push_back(self, messages: Sequence[msgspec.Struct]) -> None:
        """Have `receive` give these first, in their order."""
        self._ready.extendleft(_encoder.encode(message) for message in reversed(messages))

    @property
    def has_message(self) -> bool:
        """Whether `receive` would return at once, without a look at the socket."""
        return bool(self._ready)

    def close(self) -> None:
        """Let go of the socket."""
        self.sock.close()


class ChannelApi:
    """The task API over a channel: a request goes out, its reply comes back. Safe to use from several threads."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._lock = threading.Lock()
        self._pid = os.getpid()
        self._decoder: msgspec.msgpack.Decoder[Answer] = msgspec.msgpack.Decoder(Answer)
        self._numbers = itertools.count(1)

    def request(self, message: Request) -> Reply:
        """Ask the server.

        Raises:
            ExecutorError: the server is gone, or this is a process that the task forked.
            InvalidInput: the request holds a value of a type that it can't have.
        """
        if os.getpid() != self._pid:
            raise ExecutorError(
                f"{type(message).__name__} was asked in a process that the task forked; "
                "ask in the task's own process and hand the answer on",
            )
        with self._lock:
            number = next(self._numbers)
            frame = encode(Ask(number, message))
            try:
                _as_ask.decode(memoryview(frame)[4:])
            except msgspec.ValidationError as error:  # the server could not read it, and would never answer
                raise InvalidInput(f"{type(message).__name__}: {str(error).replace('$.request', '$')}") from error
            try:
                self._channel.send_frame(frame)
                while (answer := self._channel.receive(self._decoder)).number != number:
                    pass  # to a request that was interrupted
            except (OSError, EOFError) as error:
                raise ExecutorError(f"the server that runs this task is gone: {error}") from error
            return answer.reply


class Link:
    """The non-blocking end: reads what is there, keeps what could not be written yet. Callers hold their own lock."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        self.sock = sock
        self._frames = _Frames()
        self._out: deque[tuple[memoryview, list[socket.socket]]] = deque()
        self._fds: deque[int] = deque()

    def fileno(self) -> int:
        """For selectors; -1 when closed."""
        return self.sock.fileno()

    @property
    def wants_write(self) -> bool:
        """Whether `flush` has something left to write."""
        return bool(self._out)

    def send(self, message: msgspec.Struct, *passed: socket.socket) -> None:
        """Send now, or keep it for `flush`; `passed` go along and are closed here when they are on their way.

        Raises:
            OSError: the other end is gone.
        """
        self._out.append((memoryview(encode(message)), list(passed)))
        if len(self._out) == 1:
            self.flush()

    def flush(self) -> None:
        """Write what waits, as far as the kernel takes it."""
        while self._out:
            data, passed = self._out[0]
            try:
                if passed:
                    sent = socket.send_fds(self.sock, [data], [one.fileno() for one in passed])
                    for one in passed:
                        one.close()
                    passed.clear()
                else:
                    sent = self.sock.send(data)
            except BlockingIOError:
                return
            if sent < len(data):
                self._out[0] = (data[sent:], passed)
            else:
                self._out.popleft()

    def read(self, decoder: msgspec.msgpack.Decoder[T]) -> tuple[list[T], bool]:
        """All whole messages there are, and whether the other end closed."""
        found: list[T] = []
        while True:
            try:
                data, ancillary, _, _ = self.sock.recvmsg(
                    READ_SIZE, socket.CMSG_SPACE(4 * FD_SIZE), socket.MSG_CMSG_CLOEXEC
                )
            except BlockingIOError:
                return found, False
            except ConnectionResetError:
                return found, True
            for level, kind, content in ancillary:
                if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                    whole = len(content) - len(content) % FD_SIZE
                    self._fds.extend(array.array("i", content[:whole]))
            if not data:
                return found, True
            found.extend(decoder.decode(frame) for frame in self._frames.feed(data))
            if len(data) < READ_SIZE and not ancillary:
                return found, False

    def take_socket(self) -> socket.socket:
        """The descriptor that came with the oldest frame that announced one.

        Raises:
            ExecutorError: none came.
        """
        if not self._fds:
            raise ExecutorError("a frame that should bring a socket came without one")
        return socket.socket(fileno=self._fds.popleft())

    def close(self) -> None:
        """Let go of the socket, and of descriptors that nobody took."""
        for fd in self._fds:
            os.close(fd)
        self._fds.clear()
        for _, passed in self._out:
            for one in passed:
                one.close()
        self._out.clear()
        self.sock.close()
