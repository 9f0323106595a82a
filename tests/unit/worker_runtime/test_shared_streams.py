"""Triggers that read messages of one source: each gets all of them, and the broker is told when all are done."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from typing import Any, ClassVar

import pytest
from airflow.triggers.shared_stream import AdvanceItem, SharedStreamProducer, reject_shared_stream_event

from tradewind.base.errors import InvalidInput
from tradewind.sdk.trigger import BaseEventTrigger, MomentTrigger, TriggerEvent
from tradewind.worker.shared_streams import stream_events


def in_a_loop(test: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    """Run a test that is a coroutine."""
    return lambda: asyncio.run(test())


class Broker(SharedStreamProducer):
    """Has a few messages, and notes what it is told."""

    def __init__(self, messages: Sequence[str]) -> None:
        self.messages = messages
        self.told: list[tuple[int, bool]] = []
        self.is_closed = False

    async def open_stream(self) -> AsyncIterator[tuple[Any, Any]]:
        for number, message in enumerate(self.messages):
            yield message, number

    async def advance(self, batch: Sequence[AdvanceItem]) -> None:
        self.told += [(item.broker_payload, item.outcome.is_clean) for item in batch]

    async def aclose(self) -> None:
        self.is_closed = True


class Loud(BaseEventTrigger):
    """Says each message in capitals; refuses empty ones, passes over comments."""

    broker: ClassVar[Broker]

    def __init__(self) -> None:
        super().__init__()
        self.waits = asyncio.Event()
        self.passes_over = "nothing"

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return ("x.Loud", {})

    def shared_stream_key(self) -> str:
        return "loud"

    @classmethod
    def create_shared_stream_producer(cls, kwargs: dict[str, Any]) -> Broker:
        return cls.broker

    async def filter_shared_stream(self, shared_stream: AsyncIterator[str]) -> AsyncIterator[TriggerEvent]:
        async for message in shared_stream:
            if message == self.passes_over:
                continue
            if not message:
                reject_shared_stream_event()
            elif message == "wait":
                self.waits.set()
                await asyncio.Event().wait()
            elif not message.startswith("#"):
                yield TriggerEvent(message.upper())

    async def run(self) -> AsyncIterator[TriggerEvent]:
        raise NotImplementedError
        yield


def loud(*messages: str) -> tuple[Loud, Broker]:
    """A trigger, and its broker."""
    kind = type("Loud", (Loud,), {"broker": Broker(messages)})
    return kind(), kind.broker


@in_a_loop
async def test_each_message_is_told_once_the_next_is_asked_for():
    trigger, broker = loud("a", "# b", "", "c")
    events = stream_events(trigger)
    assert events is not None
    assert (await anext(events)).payload == "A"
    assert broker.told == []
    assert (await anext(events)).payload == "C"
    assert broker.told == [(0, True), (1, True), (2, False)]
    with pytest.raises(InvalidInput, match="ended"):
        await anext(events)
    assert broker.told[-1] == (3, True)
    assert broker.is_closed


@in_a_loop
async def test_a_trigger_that_has_said_its_one_thing_is_done_with_its_message():
    trigger, broker = loud("a", "b")
    events: Any = stream_events(trigger)
    await anext(events)
    await events.aclose()
    assert broker.told == [(0, True)]
    assert broker.is_closed


@in_a_loop
async def test_a_message_that_a_trigger_was_stopped_at_is_not_told():
    trigger, broker = loud("a", "wait")
    events: Any = stream_events(trigger)
    await anext(events)
    waiting = asyncio.create_task(anext(events))
    await trigger.waits.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert broker.told == [(0, True)]
    assert broker.is_closed


def two(*messages: str) -> tuple[Loud, Loud, Broker]:
    """Two triggers of one key, and their broker."""
    one, broker = loud(*messages)
    return one, type(one)(), broker


@in_a_loop
async def test_triggers_of_one_key_get_every_message_and_the_broker_is_told_once_all_are_done():
    one, other, broker = two("a", "b")
    first: Any = stream_events(one)
    second: Any = stream_events(other)
    asked = asyncio.create_task(anext(first))
    assert ((await anext(second)).payload, (await asked).payload) == ("A", "A")
    asked = asyncio.create_task(anext(first))
    await asyncio.sleep(0)
    assert broker.told == []
    assert ((await anext(second)).payload, (await asked).payload) == ("B", "B")
    assert broker.told == [(0, True)]
    await first.aclose()
    assert not broker.is_closed
    await second.aclose()
    assert broker.told == [(0, True), (1, True)]
    assert broker.is_closed


@in_a_loop
async def test_a_message_that_one_of_two_triggers_was_stopped_at_is_told_as_lost():
    one, other, broker = two("wait", "a")
    one.passes_over = "wait"
    first: Any = stream_events(one)
    second: Any = stream_events(other)
    stopped = asyncio.create_task(anext(second))
    asked = asyncio.create_task(anext(first))
    await other.waits.wait()
    stopped.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stopped
    assert (await asked).payload == "A"
    assert broker.told == [(0, False)]
    await first.aclose()


@in_a_loop
async def test_what_goes_wrong_with_the_source_reaches_all_its_triggers_and_the_next_begins_anew():
    one, other, broker = two("a")
    first: Any = stream_events(one)
    second: Any = stream_events(other)
    asked = [asyncio.create_task(anext(first)), asyncio.create_task(anext(second))]
    await asyncio.gather(*asked)
    ends = await asyncio.gather(anext(first), anext(second), return_exceptions=True)
    assert [type(end) for end in ends] == [InvalidInput, InvalidInput]
    assert broker.is_closed
    again: Any = stream_events(type(one)())
    assert (await anext(again)).payload == "A"
    await again.aclose()


@in_a_loop
async def test_a_trigger_whose_filter_returns_has_ended_and_not_failed():
    class Once(Loud):
        async def filter_shared_stream(self, shared_stream: AsyncIterator[str]) -> AsyncIterator[TriggerEvent]:
            async for message in shared_stream:
                yield TriggerEvent(message)
                return

    Once.broker = Broker(["a", "b"])
    events: Any = stream_events(Once())
    assert [event.payload async for event in events] == ["a"]
    assert Once.broker.told == [(0, True)]


def test_a_plain_trigger_has_no_stream():
    assert stream_events(MomentTrigger.__new__(MomentTrigger)) is None
