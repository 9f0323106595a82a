"""Messages between the server and a triggerer: what to wait for, and what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from tradewind.protocol.messages import DagFacts, Reply, Request, XComValue

__all__ = ["AskFor", "AnswerFor", "Blocked", "Fired", "FromTriggerer", "ToTriggerer", "Unwatch", "Waiter", "Watch"]


class Waiter(msgspec.Struct, frozen=True, kw_only=True):
    """The task instance on whose behalf a trigger runs."""

    dag_id: str
    run_id: str
    run_uid: str
    task_id: str
    map_index: int
    try_number: int


class Watch(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Run a trigger. One that is known already goes on as it is."""

    id: str
    classpath: str
    kwargs: str = "{}"
    """JSON as the XCom codec writes it."""
    kind: Literal["task", "watcher"] = "task"
    """A task's trigger ends with its first event; a watcher goes on."""
    dag: DagFacts | None = None
    """Whose code the class may come from."""
    waiter: Waiter | None = None
    log_path: str = ""
    """File that its log lines are appended to; empty: the triggerer's own log."""


class Unwatch(msgspec.Struct, frozen=True, tag=True):
    """Stop a trigger. `is_cancelled`: its task was stopped, so `on_kill` is called."""

    id: str
    is_cancelled: bool = False


class Fired(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A trigger said something, or failed."""

    id: str
    at: datetime
    outcome: Literal["resume", "failure", "success", "failed", "skipped"]
    """``failure``: it raised, and `event` is the traceback. The last three end the task as it is."""
    event: str = "null"
    """JSON as the XCom codec writes it."""
    xcoms: list[XComValue] = []


class Blocked(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """A trigger keeps the event loop, so that no other gets on."""

    id: str
    classpath: str
    seconds: float
    """How long so far."""
    offences: int
    """How often it did."""
    where: str
    """File, line and function."""


class AskFor(msgspec.Struct, frozen=True, tag=True):
    """A request of a trigger."""

    number: int
    trigger: str
    request: Request


class AnswerFor(msgspec.Struct, frozen=True, tag=True):
    """The answer to the `AskFor` of this number."""

    number: int
    reply: Reply


ToTriggerer = Watch | Unwatch
FromTriggerer = Fired
FromTriggererThreads = AskFor | Blocked
