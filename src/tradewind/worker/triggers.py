"""Runs one trigger: makes it from what was stored, waits for its events, and says what they mean."""

from __future__ import annotations

import logging
import traceback
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from tradewind.base.clock import Clock
from tradewind.base.errors import InvalidInput
from tradewind.protocol.triggers import Fired, Waiter, Watch
from tradewind.sdk.task_api import EncodedXCom
from tradewind.sdk.trigger import BaseTaskEndEvent, BaseTrigger, TriggerEvent
from tradewind.worker.client import to_message
from tradewind.worker.resuming import inline_codec
from tradewind.worker.secrets_masking import MASKER
from tradewind.worker.shared_streams import stream_events

__all__ = ["TriggeringInstance", "fired_of_error", "make_trigger", "trigger_events"]

log = logging.getLogger("tradewind.task")


@dataclass(frozen=True, slots=True)
class TriggeringInstance:
    """What a trigger may know of its task, as `self.task_instance`."""

    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    try_number: int
    id: str

    @classmethod
    def of(cls, watch: Watch, waiter: Waiter) -> TriggeringInstance:
        """That of a trigger's task."""
        return cls(
            dag_id=waiter.dag_id,
            run_id=waiter.run_id,
            task_id=waiter.task_id,
            map_index=waiter.map_index,
            try_number=waiter.try_number,
            id=watch.id,
        )


def make_trigger(watch: Watch) -> BaseTrigger:
    """The trigger that a task, or a watcher, named.

    Raises:
        InvalidInput: there is no such class.
        Exception: whatever its module or constructor raises.
    """
    module, _, name = watch.classpath.rpartition(".")
    found: Any = import_module(module) if module else None
    found = getattr(found, name, None)
    if found is None:
        raise InvalidInput(f"there is no trigger class {watch.classpath!r}", classpath=watch.classpath)
    kwargs: dict[str, Any] = inline_codec().decode(EncodedXCom(watch.kwargs))
    MASKER.add(kwargs)  # a password that the task handed on is none the less one
    trigger: BaseTrigger = found(**kwargs)
    trigger.trigger_id = watch.id
    if watch.waiter is not None:
        trigger.task_instance = TriggeringInstance.of(watch, watch.waiter)
    return trigger


async def trigger_events(trigger: BaseTrigger, watch: Watch, clock: Clock) -> AsyncIterator[Fired]:
    """What a trigger says, as messages; one of a task says one thing.

    Raises:
        Exception: whatever it raises.
    """
    run: Any = stream_events(trigger) or trigger.run()  # an async generator, as all triggers'
    async with aclosing(run) as events:
        async for event in events:
            yield _fired(watch, event, clock)
            if watch.kind == "task":
                return
    if watch.kind == "task":
        raise InvalidInput(f"the trigger {watch.classpath} ended without an event", classpath=watch.classpath)


def _fired(watch: Watch, event: Any, clock: Clock) -> Fired:
    codec = inline_codec()
    where = f"the event of {watch.classpath}"
    if isinstance(event, BaseTaskEndEvent) and watch.kind == "task":
        xcoms = [to_message(key, codec.encode(value, where)) for key, value in (event.xcoms or {}).items()]
        return Fired(id=watch.id, at=clock.now(), outcome=event.task_instance_state, xcoms=xcoms)
    if not isinstance(event, TriggerEvent):
        raise InvalidInput(f"a trigger yields TriggerEvent, and {watch.classpath} yielded {event!r}")
    return Fired(id=watch.id, at=clock.now(), outcome="resume", event=codec.encode(event.payload, where).value)


def fired_of_error(watch: Watch, error: BaseException, clock: Clock) -> Fired:
    """What the failure of a trigger means: its task goes on, and is told."""
    text = MASKER.redact("".join(traceback.format_exception(error)))
    return Fired(id=watch.id, at=clock.now(), outcome="failure", event=inline_codec().encode(text).value)
