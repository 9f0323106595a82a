"""Triggers that read a stream of messages through a producer: each has a stream of its own here.

A message is done with when its trigger asks for the next one, or has said what it waited for: what it says is on its way
to the server by then. Then the producer tells the broker so. A trigger that is stopped before leaves its message to the
broker, which gives it again.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from contextvars import ContextVar
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

from tradewind.base.errors import InvalidInput
from tradewind.sdk.trigger import BaseTrigger

__all__ = ["Outcome", "Progress", "reject", "stream_events"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message: how many triggers took it, lost it, or refused it."""

    acked: int = 0
    failed: int = 0
    rejected: int = 0

    @property
    def is_clean(self) -> bool:
        """Whether nobody lost or refused it."""
        return self.failed == 0 and self.rejected == 0


@dataclass(frozen=True, slots=True)
class Progress:
    """A message that its trigger is done with."""

    broker_payload: Any
    """What the producer needs to tell the broker so."""
    outcome: Outcome


_current: ContextVar[SimpleNamespace | None] = ContextVar("_current", default=None)


def reject() -> bool:
    """Refuse the message that the trigger looks at; whether there is one."""
    message = _current.get()
    if message is None:
        return False
    message.is_rejected = True
    return True


def stream_events(trigger: BaseTrigger) -> AsyncIterator[Any] | None:
    """What a trigger says of the messages of its stream; None: it has none, and runs by itself."""
    asked: Any = trigger
    if getattr(asked, "shared_stream_key", None) is None or asked.shared_stream_key() is None:
        return None
    return _events(asked)


async def _events(trigger: Any) -> AsyncIterator[Any]:
    kwargs: dict[str, Any] = trigger.serialize()[1]
    kind = cast("Any", type(trigger))
    producer: Any = (
        kind.create_shared_stream_producer(kwargs) if hasattr(kind, "create_shared_stream_producer") else None
    )
    messages: Any = kind.open_shared_stream(kwargs) if producer is None else _told(producer)
    said: Any = trigger.filter_shared_stream(messages)
    try:
        async with aclosing(said) as events:
            async for event in events:
                try:
                    yield event
                except GeneratorExit:  # whoever asked has the event, and wants no other
                    if (message := _current.get()) is not None:
                        message.is_done = True
                    raise
    finally:
        if hasattr(messages, "aclose"):
            await messages.aclose()
        if producer is not None:
            await producer.aclose()
    raise InvalidInput(f"the stream of {kind.__qualname__} ended")


async def _told(producer: Any) -> AsyncIterator[Any]:
    """The messages of a producer; it is told of each that is done with."""
    opened: Any = producer.open_stream()
    async with aclosing(opened) as stream:
        async for raw, payload in stream:
            message = SimpleNamespace(is_rejected=False, is_done=False)
            _current.set(message)
            try:
                yield raw
                message.is_done = True
            finally:
                _current.set(None)
                if message.is_done:
                    outcome = Outcome(rejected=1) if message.is_rejected else Outcome(acked=1)
                    await producer.advance([Progress(payload, outcome)])
