"""One attempt on a machine without a scheduler: `python -m tradewind.worker.supervisor --workload FILE`.

Celery, Kubernetes and others start this. It starts the attempt in a child, says `started` to the server before user
code may run, forwards requests and the report over HTTP with the attempt's token, sends heartbeats (which renew the
token), and ends the child's whole tree when it is told to stop or the server says that the attempt is no longer the
current one.
"""

from __future__ import annotations

import argparse
import logging
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import msgspec

from tradewind.base.clock import Clock, SystemClock
from tradewind.base.errors import ExecutorError, StaleAttempt, TradewindError
from tradewind.protocol.messages import Ended, ErrorReply, Reply, Request, Started, Workload
from tradewind.worker.child import Entries
from tradewind.worker.client import HttpRequests
from tradewind.worker.comms import Answer, Ask, Channel, FileRef, FromChild, Gone, Idle, LogLoss, Run
from tradewind.worker.process_tree import (
    ATTEMPT_VARIABLE,
    SERVER_VARIABLE,
    Mark,
    adopt_orphans,
    children,
    end_marked,
    kill_tree,
    resident_mb,
    server_mark,
    signal_tree,
)

__all__ = ["Server", "Supervisor", "main"]

log = logging.getLogger(__name__)

HEARTBEAT_S = 10.0
MEMORY_CHECK_S = 0.2
REPORT_FOR_S = 900.0
"""How long the end of an attempt is offered to a server that can't be reached."""
EXIT_REPORTED, EXIT_STALE, EXIT_UNREPORTED = 0, 3, 4

_decoder: msgspec.msgpack.Decoder[FromChild] = msgspec.msgpack.Decoder(FromChild)


class Server(Protocol):
    """The server as seen from here (see `HttpRequests`)."""

    def request(self, message: Request, /) -> Reply: ...
    def started(self, report: Started) -> None: ...
    def ended(self, report: Ended) -> None: ...
    def heartbeat(self) -> str: ...


class Supervisor:
    """Supervises one attempt from its start to the delivery of its report.

    Args:
        heartbeat_s: seconds between heartbeats.
        kill_grace_s: seconds between SIGTERM and SIGKILL.
        report_for_s: seconds for which the report of the end is offered to a server that does not answer.
    """

    def __init__(
        self,
        work: Workload,
        server: Server,
        entries: Entries,
        *,
        heartbeat_s: float = HEARTBEAT_S,
        kill_grace_s: float = 5.0,
        report_for_s: float = REPORT_FOR_S,
    ) -> None:
        self._work = work
        self._server = server
        self._entries = entries
        self._heartbeat_s = heartbeat_s
        self._kill_grace_s = kill_grace_s
        self._report_for_s = report_for_s
        self._clock: Clock = SystemClock()
        self._is_over = threading.Event()
        self._is_stale = False
        self._stop_reason = ""
        self._kill_at: float | None = None
        self._ended: Ended | None = None
        self._loss: LogLoss | None = None
        self._wake_read, self._wake_write = socket.socketpair()
        ours, theirs = socket.socketpair()
        self._channel = Channel(ours)
        self._popen = self._start(theirs)
        self._handlers: dict[type, Callable[[FromChild], None]] = {
            Idle: self._on_idle,
            Started: lambda _message: None,  # the server knows already
            Ended: self._on_ended,
            LogLoss: self._on_log_loss,
        }

    def _start(self, theirs: socket.socket) -> subprocess.Popen[bytes]:
        adopt_orphans()
        file = FileRef(self._work.dag.bundle_path, self._work.dag.relative_fileloc)
        arguments = [str(theirs.fileno()), *(msgspec.json.encode(x).decode() for x in (self._entries, file)), "1"]
        mark = {ATTEMPT_VARIABLE: self._work.attempt.ljust(len(Mark.placeholder()), "-")}
        popen = subprocess.Popen(
            [sys.executable, "-m", "tradewind.worker.spawned", *arguments],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            env={**os.environ, SERVER_VARIABLE: server_mark(os.getpid()), **mark},
            start_new_session=True,
        )
        theirs.close()
        return popen

    def run(self) -> int:
        """Until the report is delivered; the exit code says whether it was."""
        beats = threading.Thread(target=self._beat, name="heartbeats", daemon=True)
        beats.start()
        try:
            while not self._turn():
                pass
            self._end_family()
        finally:
            self._is_over.set()
            self._channel.close()
        return self._deliver()

    def stop(self, reason: str) -> None:
        """End the attempt; safe to call from a signal handler or another thread."""
        if not self._stop_reason:
            self._stop_reason = reason
            self._wake_write.send(b"\0")

    # -- the child ---------------------------------------------------------------------------------------------------

    def _turn(self) -> bool:
        """Wait for something and handle it; True: the child is gone."""
        wait = MEMORY_CHECK_S if self._entries.memory_limit_mb or self._kill_at is not None else None
        readable, _, _ = select.select([self._channel.sock, self._wake_read], [], [], wait)
        if self._wake_read in readable:
            self._wake_read.recv(64)
        if self._stop_reason and self._kill_at is None:
            self._kill_at = time.monotonic() + self._kill_grace_s
            signal_tree([self._popen.pid], signal.SIGTERM)
        if self._kill_at is not None and time.monotonic() > self._kill_at:
            kill_tree(self._popen.pid)
        self._check_memory()
        if self._channel.sock not in readable:
            return self._popen.poll() is not None
        try:
            self._handle(self._channel.receive(_decoder))
            while self._channel.has_message:  # read along with the first: no socket will tell of them
                self._handle(self._channel.receive(_decoder))
        except (EOFError, ConnectionError):
            return True
        return False

    def _handle(self, message: FromChild) -> None:
        handler = self._handlers.get(type(message))
        if handler is not None:
            handler(message)
        elif isinstance(message, Ask):
            self._channel.send(Answer(message.number, self._answer(message.request)))

    def _check_memory(self) -> None:
        limit = self._entries.memory_limit_mb
        if limit and not self._stop_reason and (used := resident_mb(self._popen.pid)) > limit:
            self._stop_reason = f"killed: the task used {used} MB of memory, more than the {limit} MB it may"
            self._kill_at = time.monotonic()

    def _on_idle(self, _message: FromChild) -> None:
        """The file is imported. User code runs only if the server still wants this attempt."""
        started = Started(
            attempt=self._work.attempt, at=self._clock.now(), hostname=socket.gethostname(), pid=self._popen.pid
        )
        try:
            self._server.started(started)
        except StaleAttempt as error:
            self._note_stale(error)
        except ExecutorError as error:
            log.error("attempt %s does not start: %s", self._work.attempt, error)  # noqa: TRY400 - the sentence tells all
            self.stop(f"the server could not be told of the start: {error}")
        else:
            self._channel.send(Run(attempt=self._work))

    def _on_ended(self, message: FromChild) -> None:
        assert isinstance(message, Ended)
        self._ended = message

    def _on_log_loss(self, message: FromChild) -> None:
        assert isinstance(message, LogLoss)
        self._loss = message
        log.error("%s log lines can't be written: %s", message.lines, message.reason)

    def _answer(self, request: Request) -> Reply:
        try:
            return self._server.request(request)
        except StaleAttempt as error:
            self._note_stale(error)
            return ErrorReply(code=error.code, message=error.message)
        except TradewindError as error:
            return ErrorReply(code=error.code, message=error.message)

    def _end_family(self) -> None:
        """The child is gone or about to go: nothing of it stays."""
        try:
            self._popen.wait(self._kill_grace_s)
        except subprocess.TimeoutExpired:
            kill_tree(self._popen.pid)
            self._popen.wait()
        for pid in children(os.getpid()):
            kill_tree(pid)
        end_marked([self._work.attempt])
        while children(os.getpid()):
            try:
                os.waitpid(-1, 0)
            except ChildProcessError:
                break

    # -- the server --------------------------------------------------------------------------------------------------

    def _beat(self) -> None:
        while not self._is_over.wait(self._heartbeat_s):
            try:
                self._server.heartbeat()
            except StaleAttempt as error:
                self._note_stale(error)
                return
            except ExecutorError as error:
                log.warning("no heartbeat: %s", error)  # the server's patience decides, not ours

    def _note_stale(self, error: StaleAttempt) -> None:
        log.warning("attempt %s is not wanted any more: %s", self._work.attempt, error)
        self._is_stale = True
        self.stop("the server does not want this attempt any more")

    def _report(self) -> Ended:
        if self._ended is not None and not self._stop_reason:
            return self._ended
        if self._ended is not None and self._ended.outcome == "success":
            return self._ended
        reason = self._stop_reason
        if not reason:
            code = self._popen.returncode
            status = -code if code < 0 else code << 8
            gone = Gone(id=self._work.attempt, pid=self._popen.pid, status=status, peak_mb=0)
            reason = f"the task's process is gone: {gone.in_words()}"
        if self._loss is not None:
            reason += f". {self._loss.lines} log lines could not be written: {self._loss.reason}"
        return Ended(attempt=self._work.attempt, at=self._clock.now(), outcome="failed", reason=reason)

    def _deliver(self) -> int:
        if self._is_stale:
            return EXIT_STALE
        report = self._report()
        deadline, pause_s = time.monotonic() + self._report_for_s, 0.5
        while True:
            try:
                self._server.ended(report)
            except StaleAttempt as error:
                log.warning("the report of attempt %s is not wanted: %s", self._work.attempt, error)
                return EXIT_STALE
            except ExecutorError as error:
                if time.monotonic() + pause_s > deadline:
                    log.error("the report of attempt %s could not be delivered: %s", self._work.attempt, error)  # noqa: TRY400 - the sentence tells all
                    return EXIT_UNREPORTED
                log.warning("the report is offered again in %s s: %s", pause_s, error)
                time.sleep(pause_s)
                pause_s = min(30.0, pause_s * 2)
            else:
                return EXIT_REPORTED


def main() -> int:
    """Supervise the attempt in a JSON file."""
    parser = argparse.ArgumentParser(prog="python -m tradewind.worker.supervisor", description=__doc__)
    parser.add_argument("--workload", type=Path, required=True, help="JSON file of one workload")
    parser.add_argument("--entries", default="", help="JSON of the functions to run instead of the real runner")
    parser.add_argument("--heartbeat-s", type=float, default=HEARTBEAT_S)
    parser.add_argument("--kill-grace-s", type=float, default=5.0)
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    work = msgspec.json.decode(given.workload.read_bytes(), type=Workload)
    entries = msgspec.json.decode(given.entries, type=Entries) if given.entries else Entries.real()
    supervisor = Supervisor(
        work,
        HttpRequests(work.api_url, work.token),
        entries,
        heartbeat_s=given.heartbeat_s,
        kill_grace_s=given.kill_grace_s,
    )
    signal.signal(signal.SIGTERM, lambda _number, _frame: supervisor.stop("the worker was told to stop"))
    return supervisor.run()


if __name__ == "__main__":
    sys.exit(main())
