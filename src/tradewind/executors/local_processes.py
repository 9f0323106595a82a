"""What the local executor knows of its processes: zygotes, workers, and the code that they have loaded."""

from __future__ import annotations

import logging
import signal
import subprocess
import threading
from collections import deque
from dataclasses import dataclass, field
from typing import Literal

from tradewind.protocol.messages import CallbackWork, Workload
from tradewind.worker.comms import Gone, Link
from tradewind.worker.logs import TaskLog, hide_raw_in

__all__ = [
    "CodeFile",
    "FileKey",
    "Process",
    "Work",
    "ZygoteState",
    "close_log",
    "end_in_words",
    "note_in_log",
    "was_killed",
    "work_id",
]

log = logging.getLogger(__name__)

FileKey = tuple[str, str]
"""Folder of the snapshot, path of the file in it."""
Work = Workload | CallbackWork


def work_id(work: Work) -> str:
    """The identity of a piece of work."""
    return work.attempt if isinstance(work, Workload) else work.work_id


@dataclass(slots=True, eq=False)
class ZygoteState:
    """A zygote as seen from the server; `key` is None for the base."""

    id: str
    key: FileKey | None
    link: Link
    state: Literal["starting", "ready", "closed"] = "starting"
    pid: int = 0
    popen: subprocess.Popen[bytes] | None = None
    processes: dict[str, Process] = field(default_factory=dict[str, "Process"])
    is_retiring: bool = False
    """Takes no more work; its socket is closed when its processes are gone."""
    hang_reason: str = ""
    is_outdated: bool = False
    """What it reads during its import has changed meanwhile: it is to be replaced when it is ready."""


@dataclass(slots=True, eq=False)
class Process:
    """A process that runs attempts."""

    id: str
    body: str
    zygote: ZygoteState
    file: CodeFile
    link: Link
    work: Work | None = None
    has_started: bool = False
    """User code has run, or runs."""
    has_ended: bool = False
    """The report of its end has come; the process may live a moment longer."""
    is_kill_ordered: bool = False
    is_leaving: bool = False
    """Takes no more work."""
    served: int = 0
    idle_since: float = 0.0
    lost_lines: int = 0
    loss_reason: str = ""


@dataclass(slots=True, eq=False)
class CodeFile:
    """A DAG file in a snapshot, and who has it loaded."""

    key: FileKey
    zygote: ZygoteState | None = None
    native_threads: list[str] = field(default_factory=list[str])
    """Where there are any, its tasks are started afresh instead of forked."""
    waiting: deque[Work] = field(default_factory=deque[Work])
    """For the zygote to be ready."""
    queue: deque[Workload] = field(default_factory=deque[Workload])
    """For a reused worker to be idle."""
    idle: list[Process] = field(default_factory=list[Process])
    workers: set[Process] = field(default_factory=set[Process])
    spare_fork: Process | None = None
    """Forked ahead, for one attempt."""
    spare_fresh: Process | None = None
    """A fresh interpreter that has imported the file, for one attempt."""
    is_refilling: bool = False
    last_used: float = 0.0
    is_growing: bool = False
    last_served: float = float("-inf")
    """When a reused worker last ended an attempt, on the monotonic clock."""


def was_killed(gone: Gone) -> bool:
    """Whether somebody (the kernel, out of memory) ended the process from outside."""
    return gone.status & 0x7F in (signal.SIGKILL, signal.SIGTERM)


def note_in_log(work: Workload, sentence: str) -> None:
    """Append a last line to an attempt's own log: why it ended, which its process could not say itself."""
    if work.log_path:
        end = TaskLog(work.log_path)
        end.write("error", "tradewind.executor", sentence)
        end.close()


def close_log(work: Workload, sentence: str) -> None:
    """Append the last line to the log of a process that was killed, and hide what it could not hide any more: secrets that
    were written past Python. Of these the server knows what it has handed out itself."""
    note_in_log(work, sentence)
    if work.log_path:
        threading.Thread(target=_hide_raw, args=(work.log_path,), name="hide secrets").start()


def _hide_raw(path: str) -> None:
    try:
        hide_raw_in(path)
    except OSError as error:
        log.warning("the raw output in %s could not be searched for secrets: %s", path, error)


def end_in_words(gone: Gone, lost_lines: int, loss_reason: str) -> str:
    """Why a process ended without a report, for people."""
    text = gone.in_words()
    if lost_lines:
        text += f". {lost_lines} log lines could not be written: {loss_reason}"
    return text
