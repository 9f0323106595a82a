"""Waiting in the middle of a function: `wait_for` gives the task's slot back, and `once` remembers what came before.

When the wait is over the function runs again from its top, in a new process, and each wait (and each `once`) that is
already behind it returns at once what it returned before. The one rule: code between them runs again, so what must
happen once belongs in a `once`, and the order of waits must not depend on chance or time.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterable
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any

from tradewind.base.clock import SystemClock
from tradewind.sdk.exceptions import AirflowException, TaskDeferralError, TaskDeferralTimeout, TaskDeferred
from tradewind.sdk.trigger import BaseTrigger, MomentTrigger

__all__ = ["REPLAY", "Journal", "current_journal", "journal_of_task", "once", "wait_for"]

REPLAY = "__replay__"
"""Stands for a method of the operator: the function runs again from its top."""


class Journal:
    """What waits and `once` gave so far, in order.

    Args:
        entries: of former attempts: ``("value", x)``, ``("timeout", sentence)`` or ``("failure", sentence)``.
    """

    def __init__(self, entries: Iterable[tuple[str, Any]] = ()) -> None:
        self.entries = [(str(kind), value) for kind, value in entries]
        self._at = 0

    @property
    def place(self) -> int:
        """How many steps have been taken."""
        return self._at

    @property
    def has_next(self) -> bool:
        """Whether the next step was taken before."""
        return self._at < len(self.entries)

    def next(self) -> Any:
        """What the next step gave.

        Raises:
            TaskDeferralTimeout: its time was over.
            TaskDeferralError: its trigger failed.
        """
        kind, value = self.entries[self._at]
        self._at += 1
        if kind == "timeout":
            raise TaskDeferralTimeout(value)
        if kind == "failure":
            raise TaskDeferralError(value)
        return value

    def add(self, value: Any) -> None:
        """The next step has been taken now."""
        self.entries.append(("value", value))
        self._at += 1


journal_of_task: ContextVar[Journal | None] = ContextVar("journal_of_task", default=None)


def current_journal() -> Journal:
    """The journal of the task that runs here.

    Raises:
        AirflowException: none does.
    """
    journal = journal_of_task.get()
    if journal is None:
        raise AirflowException("wait_for(), once() and call_dag() work inside a running task only")
    return journal


def wait_for(what: BaseTrigger | timedelta | datetime, *, timeout: timedelta | float | None = None) -> Any:
    """Wait without holding a slot: the task is deferred, and goes on here with what the trigger said.

    In an ``async def`` task, write ``await wait_for(...)``.

    Args:
        what: a trigger; or how long; or until when (aware).
        timeout: seconds, or a timedelta; then `TaskDeferralTimeout` is raised here.

    Returns:
        The payload of the trigger's event; the moment, where there is none.

    Raises:
        TaskDeferralTimeout: the time is over.
        TaskDeferralError: the trigger failed.
    """
    if not isinstance(what, BaseTrigger | timedelta | datetime):
        raise TypeError(f"wait_for() takes a trigger, a timedelta or a datetime, not {what!r}")
    return _Awaited(what, timeout) if _is_in_loop() else _wait(what, timeout)


def _is_in_loop() -> bool:
    """Whether a coroutine runs here; where nobody has imported asyncio there is none, and this does not."""
    if "asyncio" not in sys.modules:
        return False
    import asyncio  # noqa: PLC0415 - it is there

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def once(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call a function the first time only; when the task goes on after a later wait, return what it gave then.

    It is remembered with the next wait: if the process dies between the two, the function is called again.
    """
    journal = current_journal()
    if journal.has_next:
        return journal.next()
    value = function(*args, **kwargs)
    journal.add(value)
    return value


class _Awaited:
    """A wait in a coroutine."""

    def __init__(self, what: BaseTrigger | timedelta | datetime, timeout: timedelta | float | None) -> None:
        self._what, self._timeout = what, timeout

    def __await__(self) -> Generator[Any, Any, Any]:
        return _wait(self._what, self._timeout)
        yield  # makes it a generator, which is what `await` wants


def _wait(what: BaseTrigger | timedelta | datetime, timeout: timedelta | float | None) -> Any:
    journal = current_journal()
    if journal.has_next:
        return journal.next()
    match what:
        case timedelta():
            trigger: BaseTrigger = MomentTrigger(SystemClock().now() + what)
        case datetime():
            trigger = MomentTrigger(what)
        case _:
            trigger = what
    raise TaskDeferred(
        trigger=trigger, method_name=REPLAY, kwargs={"entries": [list(one) for one in journal.entries]}, timeout=timeout
    )
