"""The task's side: what a process does with an attempt from the moment it is forked or started to its end."""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import faulthandler
import importlib
import os
import platform
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType
from typing import NoReturn, Protocol

import msgspec

from tradewind.base.clock import SystemClock
from tradewind.base.errors import ExecutorError
from tradewind.protocol.messages import CallbackWork, Ended, Started, Workload
from tradewind.worker.comms import Answer, Channel, ChannelApi, FileRef, Idle, Leaving, LogLoss, Returned, Run
from tradewind.worker.importing import answered_over
from tradewind.worker.logs import Sinks, TaskLog
from tradewind.worker.process_tree import Mark
from tradewind.worker.secrets_masking import MASKER, add_mask, mask_surroundings

__all__ = [
    "KEPT_FROM_TASKS",
    "Attempts",
    "Entries",
    "ImportTimeoutError",
    "LoadedFile",
    "leave",
    "resolve",
    "return_call",
]

PACKAGE = str(Path(__file__).parent.parent) + os.sep
PRELOAD = [
    "tradewind.worker.entry",
    "tradewind.providers.standard.operators.python",
    "tradewind.providers.standard.operators.bash",
    "tradewind.providers.standard.operators.empty",
    "tradewind.sdk.template",
    "pendulum",
]
"""By name: providers are a layer of their own, which workers must not depend on."""
KEPT_FROM_TASKS = ("TRADEWIND__DB__URL", "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "AIRFLOW__CORE__SQL_ALCHEMY_CONN")
"""Variables of the server that user code has no business with."""
PYTHON = platform.python_version()
STUCK_AFTER = 10
"""A process whose callbacks together take longer than so many of them may is ended."""

_libc = ctypes.CDLL(None)
_orders: msgspec.msgpack.Decoder[Run | Answer] = msgspec.msgpack.Decoder(Run | Answer)
NOBODY_ANSWERS = contextlib.nullcontext()


class Entries(msgspec.Struct, frozen=True, kw_only=True):
    """What zygotes and workers are made of: functions as ``module:name``, and limits."""

    load: str
    """``(bundle_path, relative_fileloc) -> dags``: imports a DAG file."""
    run: str
    """``(workload, dags, api, entries) -> Ended``"""
    callback: str
    """``(work, dags, api, entries) -> None``"""
    terminate: str = ""
    """Handler of SIGTERM while an attempt runs; it ends the task by raising."""
    rehearse: str = ""
    """``() -> None``: called once in the base zygote, before the first fork."""
    warm: str = ""
    """``(dags) -> None``: called once in a file's zygote, after the import."""
    preload: list[str] = []
    """Modules that every task needs, imported before the first fork."""
    import_timeout_s: float = 30.0
    log_limit_mb: int = 0
    log_level: str = "INFO"
    memory_limit_mb: int = 0
    callback_timeout_s: float = 300.0
    clear_state_on_success: bool = False
    inline_kb: int = 16
    """XComs larger than this go to the artifact store."""

    @classmethod
    def real(cls, *, inline_kb: int = 16, log_limit_mb: int = 0, memory_limit_mb: int = 0,
             import_timeout_s: float = 30.0, callback_timeout_s: float = 300.0,
             clear_state_on_success: bool = False) -> Entries:  # fmt: skip
        """The real runner, and what is worth having in memory before the first fork."""
        return cls(
            load="tradewind.worker.entry:load_dags",
            run="tradewind.worker.entry:run",
            callback="tradewind.worker.entry:call_back",
            terminate="tradewind.worker.entry:terminate",
            rehearse="tradewind.worker.entry:rehearse",
            warm="tradewind.worker.entry:warm",
            preload=PRELOAD,
            import_timeout_s=import_timeout_s,
            log_limit_mb=log_limit_mb,
            memory_limit_mb=memory_limit_mb,
            inline_kb=inline_kb,
            callback_timeout_s=callback_timeout_s,
            clear_state_on_success=clear_state_on_success,
        )


SignalHandler = Callable[[int, FrameType | None], object]


class RunEntry(Protocol):
    """Runs an attempt."""

    def __call__(self, work: Workload, dags: object, api: ChannelApi, entries: Entries, /) -> Ended: ...


class ImportTimeoutError(BaseException):
    """A DAG file takes too long to import. Not an `Exception`, so that the file's own handlers let it through."""


def resolve(entry: str) -> Callable[..., object]:
    """The function that ``module:name`` tells.

    Raises:
        ExecutorError: there is none.
    """
    module, _, name = entry.partition(":")
    found: object = getattr(importlib.import_module(module), name, None)
    if not callable(found):
        raise ExecutorError(f"{entry!r} names no function", entry=entry)
    return found


class LoadedFile:
    """A DAG file as it was imported, or why it could not be."""

    def __init__(self, dags: object, failure: str) -> None:
        self.dags = dags
        self.failure = failure

    @classmethod
    def load(
        cls, entries: Entries, file: FileRef, answered: contextlib.AbstractContextManager[None] = NOBODY_ANSWERS
    ) -> LoadedFile:
        """Import the file, within the time allowed; a failure is kept, not raised.

        Args:
            answered: entered around the import: lets the file ask the server.
        """

        def too_long(_number: int, _frame: FrameType | None) -> None:
            raise ImportTimeoutError(
                f"importing {file.relative_fileloc} took more than {entries.import_timeout_s:g} s "
                "(parsing.timeout_s); move slow work from the top of the file into a task"
            )

        sys.path[0:1] = [file.bundle_path]
        before = signal.signal(signal.SIGALRM, too_long)
        signal.setitimer(signal.ITIMER_REAL, entries.import_timeout_s)
        try:
            with answered:
                return cls(resolve(entries.load)(file.bundle_path, file.relative_fileloc), "")
        except BaseException:  # noqa: BLE001 - whatever the user's file raises, even SystemExit, is the attempts' failure
            return cls(None, MASKER.redact(_trimmed_traceback()))
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)


def _trimmed_traceback() -> str:
    """The traceback of the exception being handled, from the first frame that is not ours on."""
    kind, error, trace = sys.exc_info()
    first = trace
    while first is not None and first.tb_frame.f_code.co_filename.startswith((PACKAGE, "<frozen importlib")):
        first = first.tb_next
    return "".join(traceback.format_exception(kind, error, first or trace))


def _on_term(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + signal.SIGTERM)


class Attempts:
    """Runs attempts in this process, one after another, and reports over the channel."""

    def __init__(self, channel: Channel, entries: Entries, loaded: LoadedFile, mark: Mark) -> None:
        self._channel = channel
        self._entries = entries
        self._loaded = loaded
        self._mark = mark
        self._clock = SystemClock()
        self._api = ChannelApi(channel)
        self._terminate: SignalHandler = _on_term
        if entries.terminate:
            self._terminate = resolve(entries.terminate)  # pyright: ignore[reportAttributeAccessIssue] - named by configuration
        signal.signal(signal.SIGTERM, self._terminate)

    def serve(self, limit: int) -> None:
        """Run what comes, up to `limit` attempts; stop after a failure or when the server closes."""
        self._channel.send(Idle(pid=os.getpid()))
        environment, folder = dict(os.environ), os.open(".", os.O_RDONLY | os.O_CLOEXEC)
        for _ in range(limit):
            try:
                order = self._next_order()
            except EOFError:
                return
            if order.callback is not None:
                self.call_back(order.callback)
            if order.attempt is None:
                return
            if not self.run(order.attempt, is_last=limit == 1):
                return
            _restore(environment, folder)
            signal.signal(signal.SIGTERM, self._terminate)

    def _next_order(self) -> Run:
        while isinstance(order := self._channel.receive(_orders), Answer):
            pass  # to a request of the file's import, which was given up
        return order

    def run(self, work: Workload, *, is_last: bool = True) -> bool:
        """Run one attempt; False: it failed, or left something behind, and the process should not be used again."""
        self._mark.write(work.attempt)
        pid, host = os.getpid(), socket.gethostname()
        self._channel.send(Started(attempt=work.attempt, at=self._clock.now(), hostname=host, pid=pid))
        log = self._open_log(work.log_path, work.attempt)
        for secret in work.secrets:
            add_mask(secret)
        mask_surroundings(work.run.conf)
        sinks = Sinks(log, self._entries.log_level)
        log.write(
            "info",
            "tradewind.worker",
            f"try {work.try_number} on {host}, process {pid}, Python {PYTHON}, isolation {work.isolation}",
            attempt=work.attempt,
            host=host,
            pid=pid,
            python=PYTHON,
            isolation=work.isolation,
        )
        ended = self._outcome(work, log)
        # From here on an order to stop comes too late: it must not cut the report in two.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        sinks.finish()
        goes_on = not is_last and ended.outcome != "failed"
        if goes_on and _has_left_something():
            goes_on = False
            self._channel.send(Leaving())
        _hide_raw(log)
        self._report(ended)
        self._tell_losses(log, work.attempt)
        if goes_on:
            sinks.give_back()
            log.close()
        return goes_on

    def _open_log(self, path: str, attempt: str) -> TaskLog:
        def lost(reason: str) -> None:
            self._channel.send(LogLoss(attempt=attempt, lines=1, reason=reason))

        return TaskLog(path, limit_mb=self._entries.log_limit_mb, clock=self._clock, on_loss=lost)

    def _tell_losses(self, log: TaskLog, attempt: str) -> None:
        if log.lost > 1:
            self._channel.send(LogLoss(attempt=attempt, lines=log.lost, reason=log.loss_reason))

    def _outcome(self, work: Workload, log: TaskLog) -> Ended:
        if self._loaded.failure:
            log.write("error", "tradewind.worker", f"{work.dag.relative_fileloc} could not be imported",
                      exception=self._loaded.failure)  # fmt: skip
            last = self._loaded.failure.rstrip().rsplit("\n", 1)[-1]
            reason = f"the DAG file {work.dag.relative_fileloc} could not be imported: {last}"
            return self._failed(work, reason, self._loaded.failure)
        try:
            run: RunEntry = resolve(self._entries.run)  # pyright: ignore[reportAssignmentType] - named by configuration
            return run(work, self._loaded.dags, self._api, self._entries)
        except BaseException as error:  # noqa: BLE001 - the edge of the task: all that escapes is its failure
            text = traceback.format_exc()
            log.write("error", "tradewind.worker", f"the task ended with {type(error).__name__}", exception=text)
            return self._failed(work, f"{type(error).__name__}: {error}", text)

    def _failed(self, work: Workload, reason: str, text: str) -> Ended:
        return Ended(attempt=work.attempt, at=self._clock.now(), outcome="failed", reason=reason, error=text)

    def _report(self, ended: Ended) -> None:
        masked = msgspec.structs.replace(
            ended,
            reason=MASKER.redact(ended.reason),
            error=MASKER.redact(ended.error) if ended.error else ended.error,
            rendered=_masked_fields(ended.rendered),
        )
        try:
            self._channel.send(masked)
        except (TypeError, ValueError, OverflowError):
            # A rendered field may hold anything; its text will do for display.
            as_text = {k: repr(v) for k, v in (masked.rendered or {}).items()}
            self._channel.send(msgspec.structs.replace(masked, rendered=as_text))

    def call_back(self, work: CallbackWork) -> None:
        """Run a callback; what goes wrong is in its log."""
        self._mark.write(work.work_id)
        mask_surroundings(work.run.conf)
        log = self._open_log(work.log_path, work.work_id)
        sinks = Sinks(log, self._entries.log_level)
        # Each callback is stopped by a signal; one that is stuck in native code, which sees none, takes the process along.
        faulthandler.dump_traceback_later(STUCK_AFTER * self._entries.callback_timeout_s, exit=True)
        try:
            if self._loaded.failure:
                log.write("error", "tradewind.worker", f"{work.dag.relative_fileloc} could not be imported",
                          exception=self._loaded.failure)  # fmt: skip
            else:
                resolve(self._entries.callback)(work, self._loaded.dags, self._api, self._entries)
        except BaseException:  # noqa: BLE001 - the edge of the callback
            log.write("error", "tradewind.worker", f"the {work.kind} callback failed", exception=traceback.format_exc())
        faulthandler.cancel_dump_traceback_later()
        sinks.finish()
        _hide_raw(log)
        self._tell_losses(log, work.work_id)


def _masked_fields(rendered: Mapping[str, object] | None) -> dict[str, object] | None:
    if rendered is None:
        return None
    return {name: MASKER.redact_fields(value, name) for name, value in rendered.items()}


def _hide_raw(log: TaskLog) -> None:
    try:
        log.hide_raw()
    except (OSError, ValueError) as error:  # a log that can't be read is no reason to lose the outcome
        log.write("error", "tradewind.worker", f"the raw output could not be searched for secrets: {error}")


def _restore(environment: dict[str, str], folder: int) -> None:
    """Give a reused process the environment and folder back that it had before the attempt."""
    if dict(os.environ) != environment:
        for name in os.environ.keys() - environment.keys():
            del os.environ[name]
        os.environ.update(environment)
    os.fchdir(folder)


def _has_left_something() -> bool:
    """Whether an attempt has left threads or processes running in a process that is to be used again."""
    if threading.active_count() > 1:
        return True
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass  # that one had ended; a worker adopts its orphans, so daemons are counted too
    except ChildProcessError:
        return False
    return True


def return_call(channel: Channel, payload: bytes) -> None:
    """Call the function that the payload names (``[entry, bytes]``) and send back what it returns."""
    entry, argument = msgspec.msgpack.decode(payload, type=tuple[str, bytes])
    try:
        with answered_over(channel):
            value = resolve(entry)(argument)
        assert isinstance(value, bytes), f"{entry} returned {type(value).__name__}, not bytes"
        channel.send(Returned(value=value))
    except BaseException:  # noqa: BLE001 - the edge of the called function: the caller gets the traceback
        channel.send(Returned(failure=traceback.format_exc()))


def leave(status: int = 0) -> NoReturn:
    """End this process: what it registered to run at its end runs; inherited state is not torn down."""
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        atexit._run_exitfuncs()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - the only way to run them and still skip the parent's
    finally:
        _libc.fflush(None)
        os._exit(status)
