"""A warm process that forks others: `python -m tradewind.worker.zygote`.

The base zygote has imported what every task needs. It forks one zygote per DAG file, which imports the file once and
forks a process per attempt; the server talks to each zygote over a socket of its own, so that a dispatch is one hop. A
zygote is single-threaded, has no loop but its own, and adopts the orphans of what it started. When the server closes
its socket (or dies), the zygote ends the whole tree below it and leaves.

Native threads do not survive a fork, and a lock that one of them holds stays locked in the child. So the zygote counts
its threads after the import, makes a trial fork (libraries that prepare for forks take theirs down in it), and counts
again. What is left is reported with `Ready`, and the executor starts fresh processes for that file instead. Measured
(`tests/integration/worker/test_native_threads.py` keeps it so), threads left by importing / by also using it on import:

    numpy, matplotlib   none / none (OpenBLAS takes its threads down before a fork)
    pandas, pyarrow     jemalloc's / and the pool of pyarrow (its children worked, but it counts as unsafe)
    scikit-learn        jemalloc's / and OpenMP's: the children hang
    polars              jemalloc's and a cleaner / and its pools: the children hang

jemalloc's thread and polars' cleaner are harmless: with only these, children do all their work.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import os
import select
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import NoReturn

import msgspec

from tradewind.protocol.messages import CallbackWork, Workload
from tradewind.worker.child import Attempts, Entries, LoadedFile, leave, resolve, return_call
from tradewind.worker.comms import Answer, Channel, FileRef, Fork, Gone, Link, Ready, Stop, ToZygote
from tradewind.worker.importing import ZygoteRequests, answered
from tradewind.worker.process_tree import (
    ATTEMPT_VARIABLE,
    MARK_LENGTH,
    Mark,
    adopt_orphans,
    children,
    descendants,
    die_with_parent,
    kill_tree,
    live_thread_names,
    mark_of,
    resident_mb,
    signal_tree,
)

__all__ = ["Zygote", "main"]

ORPHAN_GRACE_S = 1.0
"""What a task left running gets SIGTERM, and this long before SIGKILL."""
FORK_SAFE_THREADS = frozenset({"jemalloc_bg_thd", "polars-ooc-clea"})
REHEARSE_AFTER_S = 0.02
MEMORY_CHECK_S = 0.1
CLOSED = select.POLLHUP | select.POLLERR | select.POLLNVAL | select.POLLRDHUP

_decoder: msgspec.msgpack.Decoder[ToZygote] = msgspec.msgpack.Decoder(ToZygote)


@dataclass(slots=True)
class _Child:
    id: str
    pid: int
    body: str
    kill_at: float | None = None
    is_stopping: bool = False
    reason: str = ""
    end: Gone | None = None
    """Set when the process itself is gone, and what it left is not."""
    leftovers: set[int] = field(default_factory=set[int])


class Zygote:
    """One zygote: the base where `file` is None."""

    def __init__(self, control: socket.socket, entries: Entries, mark: Mark, file: FileRef | None) -> None:
        self._link = Link(control)
        self._entries = entries
        self._mark = mark
        self._loaded = LoadedFile(None, "")
        self._file = file
        self._children: dict[int, _Child] = {}
        self._by_id: dict[str, _Child] = {}
        self._orphans: dict[int, float] = {}
        self._is_ending = False
        self._early: list[ToZygote] = []
        """Orders that came during the import."""
        self._wake_read, self._wake_write = socket.socketpair()
        self._handlers: dict[type, Callable[[ToZygote], None]] = {
            Fork: self._fork,
            Stop: self._stop,
            Answer: lambda _message: None,  # to a request of the import, which was given up
        }
        self._bodies: dict[str, Callable[[Fork, socket.socket], None]] = {
            "file": self._be_file_zygote,
            "attempt": self._be_attempt,
            "callback": self._be_attempt,
            "spare": self._be_spare,
            "worker": self._be_worker,
            "exec": self._be_fresh_process,
            "call": self._be_call,
        }

    # -- life --------------------------------------------------------------------------------------------------------

    def run(self) -> NoReturn:
        """Import, say so, then fork and reap until the server closes the socket."""
        self._watch_children()
        threads = self._import()
        with contextlib.suppress(OSError):  # a server that is gone shows as a closed socket below
            self._link.send(Ready(pid=os.getpid(), threads=threads, failure=self._loaded.failure))
        for message in self._early:
            self._handlers[type(message)](message)
        while not self._is_ending:
            self._turn()
        self._end_all()
        os._exit(0)

    def _watch_children(self) -> None:
        for sock in (self._wake_read, self._wake_write):
            sock.setblocking(False)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        signal.signal(signal.SIGTERM, lambda _number, _frame: setattr(self, "_is_ending", True))
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.set_wakeup_fd(self._wake_write.fileno(), warn_on_full_buffer=False)
        adopt_orphans()

    def _import(self) -> list[str]:
        """Import the modules or the file; names of threads that would not survive a fork."""
        gc.disable()
        if self._file is None:
            for name in self._entries.preload:
                importlib.import_module(name)
            if self._entries.rehearse:
                resolve(self._entries.rehearse)()
        else:
            requests = ZygoteRequests(self._link)
            with _quiet():
                self._loaded = LoadedFile.load(self._entries, self._file, answered(requests))
            self._early = requests.early
            if self._entries.warm and not self._loaded.failure:
                try:
                    resolve(self._entries.warm)(self._loaded.dags)
                except Exception:  # noqa: BLE001 - the attempts will meet it again, and tell
                    traceback.print_exc()
        gc.collect()
        gc.freeze()
        if not self._lasting_threads():
            return []
        if (pid := os.fork()) == 0:  # libraries that know about forks take their threads down now
            os._exit(0)
        os.waitpid(pid, 0)
        return self._lasting_threads()

    @staticmethod
    def _lasting_threads() -> list[str]:
        python = {thread.name for thread in threading.enumerate() if thread is not threading.main_thread()}
        return sorted(python | (set(live_thread_names()) - FORK_SAFE_THREADS))

    def _turn(self) -> None:
        poll = select.poll()
        events = select.POLLIN | select.POLLRDHUP | (select.POLLOUT if self._link.wants_write else 0)
        poll.register(self._link.sock, events)
        poll.register(self._wake_read, select.POLLIN)
        found = dict(poll.poll(self._wait_ms()))
        mask = found.get(self._link.fileno(), 0)
        if mask & CLOSED:
            # Frames that a dead server left unread must not start anything.
            self._is_ending = True
            return
        if self._wake_read.fileno() in found:
            with contextlib.suppress(BlockingIOError):
                self._wake_read.recv(4096)
        self._reap()
        try:
            if mask & select.POLLOUT:
                self._link.flush()
            if mask & select.POLLIN:
                messages, closed = self._link.read(_decoder)
                for message in messages:
                    self._handlers[type(message)](message)
                self._is_ending = self._is_ending or closed
        except OSError:
            self._is_ending = True
        self._check_deadlines()

    def _wait_ms(self) -> float | None:
        deadlines = [c.kill_at for c in self._children.values() if c.kill_at is not None]
        deadlines.extend(self._orphans.values())
        if self._entries.memory_limit_mb and any(c.body != "file" for c in self._children.values()):
            deadlines.append(time.monotonic() + MEMORY_CHECK_S)
        return max(0.0, (min(deadlines) - time.monotonic()) * 1000) if deadlines else None

    # -- starting ----------------------------------------------------------------------------------------------------

    def _fork(self, message: ToZygote) -> None:
        assert isinstance(message, Fork)
        sock = self._link.take_socket()
        parent = os.getpid()
        try:
            pid = os.fork()
        except OSError as error:
            sock.close()
            self._link.send(Gone(id=message.id, pid=0, status=0, peak_mb=0, reason=f"fork failed: {error}"))
            return
        if pid == 0:
            self._be_child(message, sock, parent)
        sock.close()
        self._children[pid] = self._by_id[message.id] = _Child(message.id, pid, message.body)

    def _be_child(self, message: Fork, sock: socket.socket, parent: int) -> NoReturn:
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            if message.body == "file":
                # It outlives its parent: the server's socket is its lifeline, and running attempts are not lost.
                signal.signal(signal.SIGTERM, signal.SIG_DFL)
            else:
                die_with_parent()
                if os.getppid() != parent:
                    os._exit(1)
                os.setsid()
                self._mark.write(message.id)
            self._link.close()
            self._wake_read.close()
            self._wake_write.close()
            atexit._clear()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - what it held is the parent's
            self._bodies[message.body](message, sock)
        except BaseException:  # noqa: BLE001 - the edge of the process
            with contextlib.suppress(OSError, ValueError):
                traceback.print_exc()
            leave(1)
        leave(0)

    def _be_file_zygote(self, message: Fork, sock: socket.socket) -> None:
        file = msgspec.msgpack.decode(message.payload, type=FileRef)
        Zygote(sock, self._entries, self._mark, file).run()

    def _attempts(self, sock: socket.socket) -> Attempts:
        gc.enable()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        _reseed_numpy()
        return Attempts(Channel(sock), self._entries, self._loaded, self._mark)

    def _be_attempt(self, message: Fork, sock: socket.socket) -> None:
        if message.failure:
            self._loaded = LoadedFile(None, message.failure)
        attempts = self._attempts(sock)
        if message.body == "attempt":
            attempts.run(msgspec.msgpack.decode(message.payload, type=Workload))
        else:
            attempts.call_back(msgspec.msgpack.decode(message.payload, type=CallbackWork))

    def _be_spare(self, message: Fork, sock: socket.socket) -> None:
        attempts = self._attempts(sock)
        if self._entries.rehearse and not select.select([sock], [], [], REHEARSE_AFTER_S)[0]:
            resolve(self._entries.rehearse)()  # nothing waits: touch now the memory that an attempt will touch
        attempts.serve(message.limit)

    def _be_worker(self, message: Fork, sock: socket.socket) -> None:
        adopt_orphans()
        self._attempts(sock).serve(message.limit)

    def _be_fresh_process(self, message: Fork, sock: socket.socket) -> None:
        fd = sock.detach()
        os.set_inheritable(fd, True)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        settings = msgspec.json.encode(self._entries).decode()
        file = msgspec.json.encode(msgspec.msgpack.decode(message.payload, type=FileRef)).decode()
        environment = {**os.environ, ATTEMPT_VARIABLE: message.id.ljust(MARK_LENGTH, "-")}
        arguments = [sys.executable, "-m", "tradewind.worker.spawned", str(fd), settings, file, str(message.limit)]
        os.execve(sys.executable, arguments, environment)  # noqa: S606 - our own interpreter

    def _be_call(self, message: Fork, sock: socket.socket) -> None:
        gc.enable()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        return_call(Channel(sock), message.payload)

    # -- ending ------------------------------------------------------------------------------------------------------

    def _stop(self, message: ToZygote) -> None:
        assert isinstance(message, Stop)
        child = self._by_id.get(message.id)
        if child is None or child.is_stopping:
            return  # its Gone is on the way
        child.is_stopping = True
        if message.grace_s > 0:
            self._terminate(child.pid)
        child.kill_at = time.monotonic() + message.grace_s

    @staticmethod
    def _terminate(pid: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            if os.getpgid(pid) == pid:
                os.killpg(pid, signal.SIGTERM)
            else:  # it has not made its own group yet
                os.kill(pid, signal.SIGTERM)

    def _check_deadlines(self) -> None:
        now = time.monotonic()
        for child in list(self._children.values()):
            if child.kill_at is not None and child.kill_at <= now:
                child.kill_at = None
                kill_tree(child.pid)
            elif self._entries.memory_limit_mb and child.body != "file" and not child.is_stopping:
                self._check_memory(child)
        for pid, kill_at in list(self._orphans.items()):
            if kill_at <= now:
                self._orphans[pid] = now + ORPHAN_GRACE_S
                kill_tree(pid)

    def _check_memory(self, child: _Child) -> None:
        used = resident_mb(child.pid)
        if used > self._entries.memory_limit_mb:
            child.is_stopping = True
            child.reason = (
                f"killed: the task used {used} MB of memory, "
                f"more than the {self._entries.memory_limit_mb} MB it may (worker.memory_limit_mb)"
            )
            kill_tree(child.pid)

    def _reap(self) -> None:
        ended = False
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                break
            if pid == 0:
                break
            ended = True
            self._orphans.pop(pid, None)
            child = self._children.pop(pid, None)
            if child is not None:
                child.end = Gone(
                    id=child.id, pid=pid, status=status, peak_mb=usage.ru_maxrss // 1024, reason=child.reason
                )
        if ended:
            self._find_orphans()
            self._tell_gone()

    def _find_orphans(self) -> None:
        """Processes that an ended attempt left come to us; those of attempts still running are left in peace."""
        fresh = [pid for pid in children(os.getpid()) if pid not in self._children and pid not in self._orphans]
        if not fresh:
            return
        stopped = next((c for c in self._by_id.values() if c.is_stopping and c.end is not None), None)
        running = self._running()
        for pid in fresh:
            mark = mark_of(pid)
            owner = self._by_id.get(mark, stopped)
            if (mark in running) if mark else (running and stopped is None):
                continue
            if owner is not None and owner.is_stopping:
                owner.leftovers.update((pid, *descendants(pid)))
                kill_tree(pid)
            else:
                signal_tree((pid, *descendants(pid)), signal.SIGTERM)
            self._orphans[pid] = time.monotonic() + ORPHAN_GRACE_S

    def _running(self) -> set[str]:
        """What runs below: attempts by their mark; a process that waits for work still has the mark it was born with."""
        marks = {mark_of(child.pid) for child in self._children.values() if child.body != "file"}
        waiting = {child.id for child in self._children.values() if child.body in ("spare", "worker", "exec")}
        return marks - waiting

    def _tell_gone(self) -> None:
        for child in [c for c in self._by_id.values() if c.end is not None]:
            child.leftovers = {pid for pid in child.leftovers if os.path.exists(f"/proc/{pid}")}  # noqa: PTH110 - on the path of every task
            if not child.leftovers and child.end is not None:
                del self._by_id[child.id]
                with contextlib.suppress(OSError):
                    self._link.send(child.end)

    def _end_all(self) -> None:
        """The server is gone or lets us go: leave nothing behind."""
        self._link.close()
        for child in self._children.values():
            self._terminate(child.pid)
        deadline = time.monotonic() + ORPHAN_GRACE_S
        while self._children and time.monotonic() < deadline:
            self._wait_for_end(deadline)
        while True:
            for pid in children(os.getpid()):
                kill_tree(pid)
            try:
                os.wait4(-1, 0)
            except ChildProcessError:
                return

    def _wait_for_end(self, deadline: float) -> None:
        select.select([self._wake_read], [], [], max(0.0, deadline - time.monotonic()))
        with contextlib.suppress(BlockingIOError):
            self._wake_read.recv(4096)
        while True:
            try:
                pid, _ = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                self._children.clear()
                return
            if pid == 0:
                return
            self._children.pop(pid, None)


@contextlib.contextmanager
def _quiet() -> Generator[None]:
    """What a file prints when it is imported is in the parser's log already; once is enough."""
    before = os.dup(1), os.dup(2)
    null = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
    os.dup2(null, 1)
    os.dup2(null, 2)
    try:
        yield
    finally:
        for number, saved in enumerate(before, start=1):
            os.dup2(saved, number)
            os.close(saved)
        os.close(null)


def _reseed_numpy() -> None:
    """Forked processes must not draw the same numbers; where the file itself set a seed, they should."""
    numpy_random = sys.modules.get("numpy.random")
    if numpy_random is None:
        return
    generator: object = numpy_random.get_bit_generator()
    if getattr(generator, "seed_seq", None) is not None:
        numpy_random.seed()


def main() -> NoReturn:
    """Run the base zygote: arguments are the control socket's descriptor and the entries as JSON."""
    mark = Mark()
    entries = msgspec.json.decode(sys.argv[2], type=Entries)
    Zygote(socket.socket(fileno=int(sys.argv[1])), entries, mark, None).run()


if __name__ == "__main__":
    main()
