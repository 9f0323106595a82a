"""Triggers that read a stream of messages: those of one key, in one event loop, share it, and each gets every message.

A message is given to all of them at once, and the next one is asked for when all are done with it. A trigger is done with
a message when it asks for the next one, or has said what it waited for: what it says is on its way to the server by then.
Then the producer tells the broker so. A trigger that is stopped before counts as one that has lost the message; where it
was the only one, nothing is told, and the broker gives the message again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Hashable
from contextlib import aclosing
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, cast
from weakref import WeakKeyDictionary

from tradewind.base.errors import InvalidInput
from tradewind.sdk.trigger import BaseTrigger

__all__ = ["Outcome", "Progress", "reject", "stream_events"]

log = logging.getLogger(__name__)


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
    """A message that its triggers are done with."""

    broker_payload: Any
    """What the producer needs to tell the broker so."""
    outcome: Outcome


class _Message:
    """One message, and what became of it so far."""

    def __init__(self, raw: Any, payload: Any, readers: int) -> None:
        self.raw, self.payload = raw, payload
        self.ends: list[str] = []
        self.is_settled = asyncio.Event()
        self._readers = readers

    def settle(self, end: str) -> None:
        """One trigger is done with it."""
        self.ends.append(end)
        if len(self.ends) == self._readers:
            self.is_settled.set()

    def outcome(self) -> Outcome:
        """What became of it."""
        return Outcome(*(self.ends.count(end) for end in ("acked", "failed", "rejected")))


@dataclass(slots=True)
class _Look:
    """A trigger looks at a message."""

    end: str = "failed"
    is_rejected: bool = False


class _Reader:
    """A trigger that gets the messages of a stream."""

    def __init__(self) -> None:
        self.given: asyncio.Queue[_Message | Exception] = asyncio.Queue()
        self.look: _Look | None = None

    def has_done(self) -> None:
        """It needs no more of the message that it looks at, if it looks at one."""
        if self.look is not None:
            self.look.end = "acked"


_current: ContextVar[_Look | None] = ContextVar("_current", default=None)


def reject() -> bool:
    """Refuse the message that the trigger looks at; whether there is one."""
    look = _current.get()
    if look is None:
        return False
    look.is_rejected = True
    return True


def stream_events(trigger: BaseTrigger) -> AsyncIterator[Any] | None:
    """What a trigger says of the messages of its stream; None: it has none, and runs by itself."""
    asked: Any = trigger
    key = asked.shared_stream_key() if getattr(asked, "shared_stream_key", None) is not None else None
    return None if key is None else _events(asked, key)


async def _events(trigger: Any, key: Hashable) -> AsyncIterator[Any]:
    stream = _stream_of(trigger, key)
    reader = stream.join()
    messages = stream.messages(reader)
    said: Any = trigger.filter_shared_stream(messages)
    try:
        async with aclosing(said) as events:
            async for event in events:
                try:
                    yield event
                except GeneratorExit:  # whoever asked has the event, and wants no other
                    reader.has_done()
                    raise
        reader.has_done()  # with what its filter looked at when it returned
    finally:
        await messages.aclose()
        await stream.leave(reader)


class _Stream:
    """A source of messages, read by one task for all triggers that have joined.

    Args:
        trigger: the first of them; its class opens the source.
        known: the streams of this event loop, and the key of this one among them.
    """

    def __init__(self, trigger: Any, known: dict[Hashable, _Stream], key: Hashable) -> None:
        self._trigger, self._known, self._key = trigger, known, key
        self._readers: list[_Reader] = []
        self._is_reading = False
        self._task: asyncio.Task[None] | None = None

    def join(self) -> _Reader:
        """Get all messages from now on."""
        reader = _Reader()
        self._readers.append(reader)
        if self._task is None:
            asker = asyncio.current_task()
            self._task = asyncio.create_task(self._read(), name=asker.get_name() if asker is not None else None)
        return reader

    async def leave(self, reader: _Reader) -> None:
        """Get no more; the last one closes the source."""
        self._readers.remove(reader)
        while not reader.given.empty():
            if isinstance(given := reader.given.get_nowait(), _Message):
                given.settle("failed")
        if self._readers or self._task is None:
            return
        self._forget()
        if self._is_reading:  # otherwise it still tells the broker of the last message, and ends
            self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def messages(self, reader: _Reader) -> AsyncGenerator[Any]:
        """What the trigger's filter reads."""
        while True:
            given = await reader.given.get()
            if isinstance(given, Exception):
                raise given
            look = reader.look = _Look()
            _current.set(look)
            try:
                yield given.raw
                reader.has_done()
            finally:
                reader.look = None
                _current.set(None)
                given.settle("rejected" if look.is_rejected and look.end == "acked" else look.end)

    async def _read(self) -> None:
        kwargs: dict[str, Any] = self._trigger.serialize()[1]
        kind = cast("Any", type(self._trigger))
        producer: Any = None
        failure: Exception | None = None
        try:
            if hasattr(kind, "create_shared_stream_producer"):
                producer = kind.create_shared_stream_producer(kwargs)
            await self._give_all(
                kind.open_shared_stream(kwargs) if producer is None else producer.open_stream(), producer
            )
            failure = InvalidInput(f"the stream of {kind.__qualname__} ended")
        except Exception as error:  # noqa: BLE001 - the edge of the source: its triggers raise it
            failure = error
        finally:
            self._forget()
            if producer is not None:
                try:
                    await producer.aclose()
                except Exception:
                    log.exception("the producer of %s can't be closed", kind.__qualname__)
            if failure is not None:
                for reader in self._readers:
                    reader.given.put_nowait(failure)

    async def _give_all(self, source: Any, producer: Any) -> None:
        async with aclosing(source) as stream:
            while self._readers:
                self._is_reading = True
                try:
                    item = await anext(stream)
                except StopAsyncIteration:
                    return
                finally:
                    self._is_reading = False
                raw, payload = (item, None) if producer is None else item
                message = _Message(raw, payload, len(self._readers))
                for reader in self._readers:
                    reader.given.put_nowait(message)
                if self._readers:
                    await message.is_settled.wait()
                outcome = message.outcome()
                if producer is not None and outcome.acked + outcome.rejected:
                    await producer.advance([Progress(payload, outcome)])

    def _forget(self) -> None:
        """Who asks for this key from now on gets a new stream."""
        if self._known.get(self._key) is self:
            del self._known[self._key]


_streams: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[Hashable, _Stream]] = WeakKeyDictionary()


def _stream_of(trigger: Any, key: Hashable) -> _Stream:
    known = _streams.setdefault(asyncio.get_running_loop(), {})
    if key not in known:
        known[key] = _Stream(trigger, known, key)
    return known[key]
