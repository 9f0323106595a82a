"""The seam between the scheduler and the places where attempts run."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from tradewind.protocol.messages import CallbackWork, FileImport, Reply, Report, Request, Workload

__all__ = ["AttemptFact", "CalledBack", "Exited", "Executor", "Fact", "Lost", "NotStarted", "RequestHandler", "Sink"]


@dataclass(frozen=True, slots=True)
class Lost:
    """The attempt's process is gone without a report: killed, out of memory, or its host went away."""

    attempt: str
    at: datetime
    reason: str
    is_infrastructure: bool
    """True where the platform lost it (the supervising process died). False where the task's own process ended by a
    signal or exit code that nobody ordered: that is the task's failure, and `reason` says which."""


@dataclass(frozen=True, slots=True)
class Exited:
    """The process of an attempt that was killed by order is gone, with all its children."""

    attempt: str
    at: datetime


@dataclass(frozen=True, slots=True)
class NotStarted:
    """The attempt could not be started."""

    attempt: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class CalledBack:
    """The process that ran a callback is gone; how it went is in its log."""

    work_id: str
    at: datetime
    log_path: str = ""


AttemptFact = Report | Lost | Exited | NotStarted
Fact = AttemptFact | CalledBack
Sink = Callable[[Fact], None]
"""Called from the executor's thread; must not block."""
RequestHandler = Callable[[Workload | CallbackWork | FileImport, Request], Reply]
"""Answers the request of a worker, or of a DAG file that one imports; called from the executor's threads, may touch the database, never raises."""


class Executor(Protocol):
    """A place where attempts run. All methods may be called from the scheduler's thread and return at once."""

    name: str

    def start(self, sink: Sink, handler: RequestHandler) -> None:
        """Get ready; facts go to `sink` from now on."""
        ...

    def submit(self, workload: Workload) -> None:
        """Start an attempt; `Started` or `NotStarted` follows."""
        ...

    def run_callback(self, work: CallbackWork) -> None:
        """Run a callback in a worker process; failures are logged to its log file."""
        ...

    def kill(self, attempt: str) -> None:
        """Stop an attempt (SIGTERM, then SIGKILL of the whole tree); `Exited` follows, also where it was gone."""
        ...

    def adopt(self, attempts: Collection[str]) -> set[str]:
        """After a restart: make sure of these attempts. Those still alive and under control are returned; of all
        others no process is left when this returns."""
        ...

    def prime(self, bundle_path: str, relative_fileloc: str) -> None:
        """Code that is likely to be needed soon; warm it up if that helps."""
        ...

    def renew(self, relative_fileloc: str) -> None:
        """A Variable or Connection that a DAG file reads while it is imported has changed: attempts from now on run in
        processes that import the file anew."""
        ...

    def stop(self, grace_s: float) -> None:
        """End: let attempts finish for `grace_s` seconds, then kill them. Nothing is left running."""
        ...
