"""Triggers: what a task waits for once it has given its slot back. They run in the triggerer, many in one event loop."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Literal

from tradewind.base.clock import SystemClock
from tradewind.sdk.templated import Templated

__all__ = [
    "BaseEventTrigger",
    "BaseTaskEndEvent",
    "BaseTrigger",
    "MomentTrigger",
    "StartTriggerArgs",
    "TaskFailedEvent",
    "TaskSkippedEvent",
    "TaskSuccessEvent",
    "TriggerEvent",
]

LONGEST_SLEEP_S = 3_600.0
"""The wall clock may be set while a trigger sleeps."""


class BaseTrigger(Templated, ABC):
    """Something to wait for. `run` is a coroutine of an event loop that many triggers share: it must never block.

    Args:
        kwargs: kept for subclasses that want them.
    """

    task_instance: Any = None
    """The instance on whose behalf it runs (dag_id, run_id, task_id, map_index, try_number); None in a watcher."""
    trigger_id: Any = None
    timeout_after: Any = None

    def __init__(self, **kwargs: Any) -> None:
        self.kwargs = kwargs

    def render_template_fields(self, context: Any, jinja_env: Any = None) -> None:
        """Render in place the attributes that the task names in its `template_fields`, or the trigger in its own."""
        from tradewind.sdk.template import render_operator  # noqa: PLC0415 - only where it is used

        task = getattr(self.task_instance, "task", None)
        if task is not None:
            names = [name for name in task.template_fields if getattr(self, name, None)]
            vars(self).update(template_fields=names, template_ext=task.template_ext)
        render_operator(self, context, jinja_env or self.get_template_env(context.get("dag")))

    @abstractmethod
    def serialize(self) -> tuple[str, dict[str, Any]]:
        """``module.Class`` and the arguments to make it again, in another process; these are encrypted at rest."""

    @abstractmethod
    def run(self) -> AsyncIterator[TriggerEvent]:
        """Wait, and yield what happened. A task goes on with the first event; a watcher goes on after each."""

    async def cleanup(self) -> None:
        """Called when the trigger no longer runs here: it fired, was stopped, or moves to another process."""

    async def on_kill(self) -> None:
        """Called when the task was stopped while it waited: stop what it started elsewhere."""

    @property
    def log(self) -> logging.Logger:
        """The trigger's logger; its lines go to the task's log."""
        return logging.getLogger(f"tradewind.task.triggers.{type(self).__module__}.{type(self).__qualname__}")

    @staticmethod
    def repr(classpath: str, kwargs: dict[str, Any]) -> str:
        """A trigger as people see it."""
        return f"<{classpath} {', '.join(f'{name}={value}' for name, value in kwargs.items())}>"

    def __repr__(self) -> str:
        return self.repr(*self.serialize())


class BaseEventTrigger(BaseTrigger):
    """A trigger that may watch for an asset: each of its events is an update."""

    @staticmethod
    def hash(classpath: str, kwargs: dict[str, Any]) -> int:
        """The same for triggers that wait for the same thing."""
        return hash((classpath, repr(sorted(kwargs.items()))))


class TriggerEvent:
    """What a trigger says when it fires.

    Args:
        payload: handed to the task; anything that an XCom can be, and small.
    """

    def __init__(self, payload: Any) -> None:
        self.payload = payload

    def __repr__(self) -> str:
        return f"TriggerEvent<{self.payload!r}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TriggerEvent) and type(other) is type(self) and other.payload == self.payload

    def __hash__(self) -> int:
        return hash(repr(self.payload))


class BaseTaskEndEvent(TriggerEvent):
    """Ends the task without another process.

    Args:
        xcoms: pushed by key, as if the task had done it.
    """

    task_instance_state: ClassVar[Literal["success", "failed", "skipped"]]

    def __init__(self, *, xcoms: dict[str, Any] | None = None, **kwargs: Any) -> None:
        if kwargs:
            raise ValueError(f"Param {next(iter(kwargs))!r} not supported for this class.")
        super().__init__(self.task_instance_state)
        self.xcoms = xcoms


class TaskSuccessEvent(BaseTaskEndEvent):
    """The task has succeeded."""

    task_instance_state = "success"


class TaskFailedEvent(BaseTaskEndEvent):
    """The task has failed, and is not tried again."""

    task_instance_state = "failed"


class TaskSkippedEvent(BaseTaskEndEvent):
    """The task is skipped."""

    task_instance_state = "skipped"


@dataclass
class StartTriggerArgs:
    """What a task waits for before any process runs its code (`start_from_trigger`), and how it goes on."""

    trigger_cls: str
    next_method: str
    trigger_kwargs: dict[str, Any] | None = None
    next_kwargs: dict[str, Any] | None = None
    timeout: timedelta | None = None


class MomentTrigger(BaseTrigger):
    """Fires at a moment, and says which.

    Args:
        moment: aware.
    """

    def __init__(self, moment: datetime) -> None:
        super().__init__()
        if moment.tzinfo is None:
            raise ValueError("You cannot pass naive datetimes")
        self.moment = datetime.fromtimestamp(moment.timestamp(), UTC)

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return f"{__name__}.{type(self).__qualname__}", {"moment": self.moment}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        import asyncio  # noqa: PLC0415 - only where it waits

        clock = SystemClock()
        while (left := (self.moment - clock.now()).total_seconds()) > 0:  # noqa: ASYNC110 - it waits for a time
            await asyncio.sleep(min(left, LONGEST_SLEEP_S))
        yield TriggerEvent(self.moment)
