"""Which process runs what: zygotes are opened per DAG file, forks, fresh processes and reused workers get their work.

Every method is called with the executor's lock held.
"""

from __future__ import annotations

import itertools
import logging
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial

import msgspec

from tradewind.base.clock import Clock
from tradewind.base.errors import ExecutorError
from tradewind.base.settings import WorkerSettings
from tradewind.executors.base import CalledBack, Exited, Fact, Lost, NotStarted
from tradewind.executors.local_loop import Loop
from tradewind.executors.local_pools import Pools
from tradewind.executors.local_processes import (
    CodeFile,
    FileKey,
    Process,
    Work,
    ZygoteState,
    close_log,
    end_in_words,
    note_in_log,
    was_killed,
    work_id,
)
from tradewind.protocol.messages import DagFacts, Ended, Started, Workload
from tradewind.worker.child import Entries
from tradewind.worker.comms import (
    Answer,
    Ask,
    FileRef,
    Fork,
    FromChild,
    FromZygote,
    Gone,
    Idle,
    Leaving,
    Link,
    LogLoss,
    Ready,
    Run,
    Stop,
)

__all__ = ["Fleet", "Seams"]

log = logging.getLogger(__name__)

REAP_AFTER_S = 0.5
READ_AFTER_S = 0.05
"""After which the end of a zygote that could not be written to has been read."""
SLACK_S = 5.0
"""Beyond the zygote's own time-out of an import, before it is killed from outside."""
MAX_FALSE_STARTS = 3
"""Base zygotes that end by themselves while they start, before work is refused."""
NEW_TRY_S = 10.0
"""After which one more is tried."""

_from_zygote: msgspec.msgpack.Decoder[FromZygote] = msgspec.msgpack.Decoder(FromZygote)
_from_child: msgspec.msgpack.Decoder[FromChild] = msgspec.msgpack.Decoder(FromChild)
_encoder = msgspec.msgpack.Encoder()


def _was_killed_from_outside(popen: subprocess.Popen[bytes] | None) -> bool:
    try:
        return popen is not None and popen.wait(REAP_AFTER_S) in (-signal.SIGKILL, -signal.SIGTERM)
    except subprocess.TimeoutExpired:
        return False


@dataclass(frozen=True, slots=True)
class Seams:
    """What the fleet needs of the executor around it."""

    emit: Callable[[Fact], None]
    """Takes facts, in order."""
    answer: Callable[[Process | ZygoteState, Ask], None]
    """Takes the request of a task, or of a file being imported; the reply is sent later, from another thread (`Fleet.reply`)."""
    end_strays: Callable[[Collection[str], Callable[[], None]], None]
    """Kills what carries the mark of these attempts, off the loop's thread, then calls back."""


class Fleet:
    """All processes of one executor.

    Args:
        environment: of the zygotes, with the server's mark in it.
    """

    def __init__(
        self,
        settings: WorkerSettings,
        entries: Entries,
        environment: dict[str, str],
        *,
        loop: Loop,
        clock: Clock,
        seams: Seams,
    ) -> None:
        self._settings = settings
        self._entries = entries
        self._environment = environment
        self._loop = loop
        self._clock = clock
        self._emit = seams.emit
        self._answer = seams.answer
        self._end_strays = seams.end_strays
        self._ids = itertools.count(1)
        self._base: ZygoteState | None = None
        self._ended_bases: list[subprocess.Popen[bytes]] = []
        self._false_starts = 0
        self._zygotes: dict[str, ZygoteState] = {}
        self.files: dict[FileKey, CodeFile] = {}
        self.by_attempt: dict[str, Process | CodeFile] = {}
        """Who has an attempt: its process, or the file in whose queue it waits."""
        self.pools = Pools(self, loop, settings.reuse_limit)
        self.is_stopping = False
        self._handlers: dict[type, Callable[[Process, FromChild], None]] = {
            Started: self._on_report,
            Ended: self._on_ended,
            LogLoss: self._on_log_loss,
            Idle: lambda _process, _message: None,
            Leaving: self._on_leaving,
        }

    # -- zygotes -----------------------------------------------------------------------------------------------------

    def open_base(self) -> ZygoteState:
        """The base zygote; it is started where there is none."""
        if self._base is not None:
            return self._base
        ours, theirs = socket.socketpair()
        fd = theirs.fileno()
        settings = msgspec.json.encode(self._entries).decode()
        popen = subprocess.Popen(
            [sys.executable, "-m", "tradewind.worker.zygote", str(fd), settings],
            pass_fds=[fd], stdin=subprocess.DEVNULL, env=self._environment, start_new_session=True,
        )  # fmt: skip
        theirs.close()
        self._base = self._watch_zygote(ZygoteState(id="base", key=None, link=Link(ours), popen=popen, pid=popen.pid))
        return self._base

    def _watch_zygote(self, zygote: ZygoteState) -> ZygoteState:
        self._zygotes[zygote.id] = zygote
        self._loop.watch(zygote.link, partial(self._read_zygote, zygote))
        return zygote

    def file_of(self, dag: DagFacts) -> CodeFile:
        """The record of a DAG's file."""
        key = (dag.bundle_path, dag.relative_fileloc)
        file = self.files.get(key)
        if file is None:
            file = self.files[key] = CodeFile(key)
        file.last_used = time.monotonic()
        return file

    def open_file(self, file: CodeFile) -> None:
        """Start the file's zygote, where there is none and forking is safe.

        Raises:
            OSError: the base zygote is gone, or this process has no descriptors left.
        """
        if file.zygote is not None or file.native_threads:
            return
        ours, theirs = socket.socketpair()
        zygote = ZygoteState(id=f"file-{next(self._ids)}", key=file.key, link=Link(ours))
        fork = Fork(id=zygote.id, body="file", payload=_encoder.encode(FileRef(*file.key)))
        try:
            self._send(self.open_base(), fork, theirs)
        except OSError:
            ours.close()
            theirs.close()
            raise
        file.zygote = self._watch_zygote(zygote)
        self._loop.after(self._entries.import_timeout_s + SLACK_S, partial(self._check_hang, zygote))

    def _check_hang(self, zygote: ZygoteState) -> None:
        if zygote.state == "starting" and self._base is not None:
            zygote.hang_reason = (
                f"importing {zygote.key[1] if zygote.key else ''} took more than {self._entries.import_timeout_s:g} s and "
                "could not be interrupted: it hangs in native code (parsing.timeout_s)"
            )
            self._send(self._base, Stop(id=zygote.id, grace_s=0))

    def _read_zygote(self, zygote: ZygoteState) -> None:
        messages, closed = zygote.link.read(_from_zygote)
        for message in messages:
            if isinstance(message, Ready):
                self._on_ready(zygote, message)
            elif isinstance(message, Ask):
                self._answer(zygote, message)
            else:
                self._on_gone(zygote, message)
        if closed:
            self._on_zygote_closed(zygote)

    def _on_ready(self, zygote: ZygoteState, ready: Ready) -> None:
        zygote.state, zygote.pid = "ready", ready.pid
        if zygote.key is None:
            self._false_starts = 0
            return
        file = self.files[zygote.key]
        if zygote.is_outdated:
            self.retire(zygote)
            self._replace(file)
            return
        works, file.waiting = list(file.waiting), type(file.waiting)()
        if ready.failure:
            for work in works:
                self._run_failing(zygote, file, work)
            self.retire(zygote)  # the next attempt imports anew: the cause may have been a passing one
            return
        if ready.threads:
            file.native_threads = ready.threads
            log.info(
                "importing %s starts threads (%s) that a fork would lose; its tasks run in fresh processes",
                file.key[1], ", ".join(ready.threads),
            )  # fmt: skip
            self.retire(zygote)
        for work in works:
            self.place(file, work)

    def retire(self, zygote: ZygoteState) -> None:
        """Give it no more work; let it go when it has none."""
        zygote.is_retiring = True
        file = self.files.get(zygote.key) if zygote.key else None
        if file is not None and file.zygote is zygote:
            file.zygote = None
            self.pools.empty(file)
        if not zygote.processes:
            self._close_zygote(zygote)

    def renew(self, relative_fileloc: str) -> None:
        """What a file reads while it is imported has changed: attempts from now on get processes that import it anew."""
        for file in [file for file in self.files.values() if file.key[1] == relative_fileloc]:
            if file.zygote is None:
                self.pools.empty(file)
            elif file.zygote.state == "starting":
                file.zygote.is_outdated = True
            else:
                self.retire(file.zygote)
                self._replace(file)

    def _close_zygote(self, zygote: ZygoteState) -> None:
        zygote.state = "closed"
        self._zygotes.pop(zygote.id, None)
        self._loop.forget(zygote.link)

    def _on_zygote_closed(self, zygote: ZygoteState) -> None:
        was_starting = zygote.state == "starting"
        if zygote.key is None:
            self._close_zygote(zygote)
            self._on_base_closed(zygote, was_starting)
        elif was_starting and self._base is not None:
            self._loop.forget(zygote.link)  # the base's Gone will tell why
            return
        else:
            self._close_zygote(zygote)
            file = self.files.get(zygote.key)  # one that was let go may be forgotten already
            if file is not None and file.zygote is zygote:
                file.zygote = None
        self._lose_all(zygote)

    def _on_base_closed(self, zygote: ZygoteState, was_starting: bool) -> None:
        self._base = None
        if zygote.popen is not None:
            self._ended_bases.append(zygote.popen)
            self._loop.after(REAP_AFTER_S, self._reap_bases)
        if self.is_stopping:
            return
        if was_starting and not _was_killed_from_outside(zygote.popen):
            self._false_starts += 1
            if self._false_starts >= MAX_FALSE_STARTS:
                self._loop.after(NEW_TRY_S, self._try_again)
        log.error("the base zygote (process %s) ended; what it said is in the server's error output", zygote.pid)
        starting = [z for z in self._zygotes.values() if z.state == "starting"]
        if self._false_starts < MAX_FALSE_STARTS:
            self.open_base()
        for other in starting:  # whether the base had forked them already, nobody can say
            self._close_zygote(other)
            file = self.files[other.key] if other.key else None
            if file is not None and file.zygote is other:
                file.zygote = None
                self._replace(file)

    def _try_again(self) -> None:
        self._false_starts = MAX_FALSE_STARTS - 1

    def _reap_bases(self) -> None:
        self._ended_bases = [popen for popen in self._ended_bases if popen.poll() is None]
        if self._ended_bases:
            self._loop.after(REAP_AFTER_S, self._reap_bases)

    def _replace(self, file: CodeFile) -> None:
        works = [*file.waiting, *file.queue]
        file.waiting.clear()
        file.queue.clear()
        for work in works:
            self.place(file, work)

    def _lose_all(self, zygote: ZygoteState) -> None:
        lost = list(zygote.processes.values())
        zygote.processes.clear()
        attempts: list[str] = []
        for process in lost:
            self._loop.forget(process.link)
            self.pools.forget(process)
            if process.work is not None:
                attempts.append(work_id(process.work))

        def tell() -> None:
            for process in lost:
                self._conclude(process, "the process that supervised it is gone", is_infrastructure=True)
            file = self.files.get(zygote.key) if zygote.key else None
            if file is not None and not self.is_stopping:
                self._replace(file)

        if lost:
            self._end_strays(attempts, tell)

    # -- placing work ------------------------------------------------------------------------------------------------

    def place(self, file: CodeFile, work: Work) -> None:
        """Give work to a process, or let it wait for one."""
        self.by_attempt[work_id(work)] = file
        if self._false_starts >= MAX_FALSE_STARTS:
            self._refuse(work, "worker processes can't be started; the server's log says why")
            return
        isolation = work.isolation if isinstance(work, Workload) else "fork"
        try:
            if isolation == "spawn" or file.native_threads:
                self.pools.run_fresh(file, work)
            elif file.zygote is None or file.zygote.state != "ready":
                self.open_file(file)
                file.waiting.append(work)
            elif isolation == "reuse" and isinstance(work, Workload):
                self.pools.run_on_worker(file, work)
            else:
                self.pools.run_once(file.zygote, file, work)
        except ConnectionError:  # the zygote that was to start it has died, which will be read in a moment
            self._place_soon(file, work)
        except OSError as error:
            self._refuse(work, f"no process could be started: {error}")

    def _place_soon(self, file: CodeFile, work: Work) -> None:
        file.waiting.append(work)
        self._loop.after(READ_AFTER_S, partial(self._replace, file))

    def _run_failing(self, zygote: ZygoteState | None, file: CodeFile, work: Work, failure: str = "") -> None:
        """Have a process tell why the file could not be imported; the base zygote forks it where the file has none."""
        try:
            self.pools.run_once(zygote or self.open_base(), file, work, failure)
        except OSError:  # it died meanwhile: the file is imported again
            self._place_soon(file, work)

    def _refuse(self, work: Work, reason: str) -> None:
        self.by_attempt.pop(work_id(work), None)
        log.error("%s could not be started: %s", work_id(work), reason)
        if isinstance(work, Workload):
            self._emit(NotStarted(work.attempt, self._clock.now(), reason))

    def start(self, zygote: ZygoteState, file: CodeFile, fork: Fork, work: Work | None) -> Process:
        """Have a zygote start a process.

        Raises:
            OSError: the zygote is gone, or this process has no descriptors left.
        """
        ours, theirs = socket.socketpair()
        process = Process(fork.id, fork.body, zygote, file, Link(ours), work)
        try:
            self._send(zygote, fork, theirs)
        except OSError:
            ours.close()
            theirs.close()
            raise
        zygote.processes[process.id] = process
        if work is not None:
            self.by_attempt[work_id(work)] = process
        self._loop.watch(process.link, partial(self.read_process, process))
        return process

    def hand_over(self, process: Process, work: Work) -> bool:
        """Give work to a process that waits for some; False: it is dying, and can't have seen the work."""
        try:
            process.link.send(Run(attempt=work) if isinstance(work, Workload) else Run(callback=work))
            self._loop.settle(process.link)
        except OSError:
            process.is_leaving = True
            return False
        process.work, process.has_started, process.has_ended = work, False, False
        self.by_attempt[work_id(work)] = process
        return True

    def let_go(self, process: Process) -> None:
        """Close its socket: a process that waits for work leaves."""
        process.is_leaving = True
        self._loop.forget(process.link)

    def _send(self, zygote: ZygoteState, message: Fork | Stop, *passed: socket.socket) -> None:
        zygote.link.send(message, *passed)
        self._loop.settle(zygote.link)

    # -- what processes say ------------------------------------------------------------------------------------------

    def read_process(self, process: Process) -> None:
        """Handle all that a process has said."""
        if process.link.fileno() < 0:
            return
        try:
            messages, closed = process.link.read(_from_child)
        except (msgspec.DecodeError, ExecutorError) as error:
            self._break_with(process, error)
            return
        for message in messages:
            handler = self._handlers.get(type(message))
            if handler is not None:
                handler(process, message)
            elif isinstance(message, Ask):
                self._answer(process, message)
        if closed:
            process.is_leaving = True
            self._loop.forget(process.link)

    def _break_with(self, process: Process, error: Exception) -> None:
        """What a process said can't be read (its code wrote to our socket, or broke our messages): it is ended."""
        log.error("what %s says can't be read, it is killed: %s", process.id, error)
        if process.work is not None:
            process.has_started = True  # what it said before is lost with it; its code may have run
            if isinstance(process.work, Workload):
                note_in_log(process.work, f"the process wrote to the server what is no message, and is killed: {error}")
        process.is_leaving = True
        self._loop.forget(process.link)
        self._stop_process(process, 0)

    def _on_report(self, process: Process, message: FromChild) -> None:
        process.has_started = True
        if not process.is_kill_ordered and isinstance(message, Started):
            self._emit(message)

    def _on_leaving(self, process: Process, _message: FromChild) -> None:
        process.is_leaving = True

    def _on_ended(self, process: Process, message: FromChild) -> None:
        assert isinstance(message, Ended)
        if self.is_stopping and message.outcome == "failed":
            return  # it was our SIGTERM: the attempt is lost, and not by its own fault
        process.has_ended = True
        if not process.is_kill_ordered:
            self._emit(message)
        if process.body == "worker" and not process.is_kill_ordered:
            self.by_attempt.pop(message.attempt, None)
            if self.pools.has_served(process, failed=message.outcome == "failed"):
                return
        self._loop.after(self._settings.kill_grace_s, partial(self._end_lingering, process))

    def _end_lingering(self, process: Process) -> None:
        if process.id in process.zygote.processes and process.zygote.state == "ready":
            log.warning("process of %s lives on after its end was reported; it is killed", process.id)
            self._send(process.zygote, Stop(id=process.id, grace_s=0))

    def _on_log_loss(self, process: Process, message: FromChild) -> None:
        assert isinstance(message, LogLoss)
        process.lost_lines, process.loss_reason = message.lines, message.reason
        log.error(
            "log lines of attempt %s can't be written (%s so far): %s", message.attempt, message.lines, message.reason
        )

    def reply(self, asker: Process | ZygoteState, message: Answer) -> None:
        """Send the answer that a task or an import waits for; one that is gone needs none."""
        if asker.link.fileno() >= 0:
            try:
                asker.link.send(message)
                self._loop.settle(asker.link)
            except OSError:
                log.info("%s went before its request was answered", asker.id)

    # -- ends --------------------------------------------------------------------------------------------------------

    def _on_gone(self, zygote: ZygoteState, gone: Gone) -> None:
        process = zygote.processes.pop(gone.id, None)
        if process is None:
            self._on_file_zygote_gone(gone)
            return
        self.read_process(process)  # what it said before it went
        self._loop.forget(process.link)
        if gone.reason.startswith("fork failed") and process.work is not None and not process.is_kill_ordered:
            self._refuse(process.work, gone.reason)
        else:
            reason = "the task's process is gone: " + end_in_words(gone, process.lost_lines, process.loss_reason)
            self._conclude(process, reason, is_infrastructure=False)
        self.pools.forget(process)
        if zygote.is_retiring and not zygote.processes:
            self._close_zygote(zygote)

    def _on_file_zygote_gone(self, gone: Gone) -> None:
        """A file's zygote ended; if it did so while importing, the attempts that waited for it fail with the reason."""
        zygote = self._zygotes.get(gone.id)
        if zygote is None or zygote.key is None or zygote.state != "starting":
            return
        self._close_zygote(zygote)
        file = self.files[zygote.key]
        if file.zygote is not zygote:
            return
        file.zygote = None
        works = list(file.waiting)
        file.waiting.clear()
        why = f"importing {file.key[1]} ended the process: {end_in_words(gone, 0, '')}"
        for work in works:
            if zygote.hang_reason or not was_killed(gone):
                self._run_failing(None, file, work, zygote.hang_reason or why)
            else:
                self.by_attempt.pop(work_id(work), None)
                if isinstance(work, Workload):
                    note_in_log(work, why)
                    self._emit(Lost(work.attempt, self._clock.now(), why, is_infrastructure=True))

    def _conclude(self, process: Process, reason: str, *, is_infrastructure: bool) -> None:
        work = process.work
        if work is None:
            return
        self.by_attempt.pop(work_id(work), None)
        if not isinstance(work, Workload):
            if is_infrastructure or self.is_stopping:
                log.error("callback %s was lost: %s", work.work_id, reason)  # it is ordered again after a restart
            else:
                self._emit(CalledBack(work.work_id, self._clock.now(), work.log_path))
            return
        now = self._clock.now()
        if process.is_kill_ordered:
            close_log(work, "the task was stopped from outside; its process has ended")
            self._emit(Exited(work.attempt, now))
        elif not process.has_ended:
            is_ours = is_infrastructure or self.is_stopping or not process.has_started
            why = "the server was stopped" if self.is_stopping else reason
            close_log(work, why)
            self._emit(Lost(work.attempt, now, why, is_ours))

    def has(self, attempt: str) -> bool:
        """Whether more is to be heard of an attempt: it waits, it runs, or `Exited` is on the way."""
        holder = self.by_attempt.get(attempt)
        is_reported = isinstance(holder, Process) and holder.has_ended and not holder.is_kill_ordered
        return holder is not None and not is_reported

    # -- orders ------------------------------------------------------------------------------------------------------

    def kill(self, attempt: str) -> None:
        """Stop an attempt wherever it is; `Exited` follows."""
        holder = self.by_attempt.get(attempt)
        if isinstance(holder, Process):
            if not holder.is_kill_ordered:
                holder.is_kill_ordered = True
                self._stop_process(holder, self._settings.kill_grace_s)
            return
        if holder is not None:
            holder.waiting = type(holder.waiting)(w for w in holder.waiting if work_id(w) != attempt)
            holder.queue = type(holder.queue)(w for w in holder.queue if w.attempt != attempt)
            del self.by_attempt[attempt]
        self._emit(Exited(attempt, self._clock.now()))

    def _stop_process(self, process: Process, grace_s: float) -> None:
        try:
            self._send(process.zygote, Stop(id=process.id, grace_s=grace_s))
        except OSError:  # the zygote is dying: its closed socket concludes the attempt
            log.warning("the zygote of %s is gone; its processes are ended by their marks", process.id)

    def stop_all(self) -> None:
        """SIGTERM to everything that still runs, SIGKILL after the grace; nothing new is started."""
        self.is_stopping = self.pools.is_closed = True
        for zygote in list(self._zygotes.values()):
            for process in list(zygote.processes.values()):
                if process.work is None:
                    self.let_go(process)
                self._stop_process(process, self._settings.kill_grace_s if process.work else 0)

    def has_processes(self) -> bool:
        """Whether any process beside the zygotes is left."""
        return any(zygote.processes for zygote in self._zygotes.values())

    def close(self) -> list[subprocess.Popen[bytes]]:
        """Close all sockets to zygotes, which makes them leave; the processes to wait for."""
        left = list(self._ended_bases)
        if self._base is not None and self._base.popen is not None:
            left.append(self._base.popen)
        self._base = None
        for zygote in list(self._zygotes.values()):
            self._close_zygote(zygote)
        return left

    @property
    def zygotes(self) -> list[ZygoteState]:
        """Those that live."""
        return list(self._zygotes.values())
