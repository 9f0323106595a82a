"""Event triggers on real brokers: each message becomes one event, connections come back, places are kept."""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, Self

import pytest

from support.brokers import Broker, nats_broker, redis_broker
from support.databases import PostgresServer
from tradewind.providers import events
from tradewind.providers.events import source
from tradewind.sdk.exceptions import AirflowOptionalProviderFeatureException
from tradewind.sdk.trigger import BaseEventTrigger, TriggerEvent

PATIENCE_S = 60.0


def again(trigger: BaseEventTrigger) -> BaseEventTrigger:
    """The trigger as another process makes it of what is stored."""
    classpath, kwargs = trigger.serialize()
    module, _, name = classpath.rpartition(".")
    made = getattr(importlib.import_module(module), name)(**json.loads(json.dumps(kwargs)))
    assert made.serialize() == (classpath, kwargs)
    return made


class Heard:
    """A trigger that runs, and what it says."""

    def __init__(self, trigger: BaseEventTrigger) -> None:
        self._events: AsyncIterator[TriggerEvent] = aiter(again(trigger).run())
        self._next: asyncio.Task[Any] | None = None

    async def __aenter__(self) -> Self:
        self._next = asyncio.ensure_future(anext(self._events))
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._next is not None:
            self._next.cancel()
            await asyncio.gather(self._next, return_exceptions=True)
        await self._events.aclose()  # type: ignore[attr-defined] - an async generator

    async def next(self, tell: Callable[[], Awaitable[Any]] | None = None, every_s: float = 0.1) -> Any:
        """The payload of the next event; `tell` is called until it comes."""
        assert self._next is not None
        end = asyncio.get_running_loop().time() + PATIENCE_S
        while not self._next.done():
            assert asyncio.get_running_loop().time() < end, "no event came"
            if tell is not None:
                await tell()
            await asyncio.wait([self._next], timeout=every_s)
        payload = self._next.result().payload
        json.dumps(payload)
        self._next = asyncio.ensure_future(anext(self._events))
        return payload


# -- files -----------------------------------------------------------------------------------------------------------


def test_files_are_told_as_they_come(tmp_path: Path) -> None:
    (tmp_path / "old.csv").write_text("0")

    async def story() -> None:
        trigger = events.FilesTrigger(str(tmp_path), pattern="*.csv", changes=["added", "deleted"], existing=True)
        async with Heard(trigger) as heard:
            assert await heard.next() == {"path": str(tmp_path / "old.csv"), "change": "added"}
            numbers = iter(range(1000))

            async def write() -> None:
                (tmp_path / "not.txt").write_text("0")
                (tmp_path / f"new-{next(numbers)}.csv").write_text("1")

            told = await heard.next(write)
            assert told["change"] == "added"
            assert Path(told["path"]).name.startswith("new-")

    asyncio.run(story())


def test_a_folder_may_come_to_be_later(tmp_path: Path) -> None:
    async def story() -> None:
        folder = tmp_path / "later"
        async with Heard(events.FilesTrigger(str(folder), existing=True)) as heard:
            await asyncio.sleep(0.05)
            folder.mkdir()
            (folder / "x").touch()
            assert (await heard.next())["path"] == str(folder / "x")

    asyncio.run(story())


def test_changes_that_there_are_not() -> None:
    with pytest.raises(ValueError, match="changes are added, modified, deleted, not eaten"):
        events.FilesTrigger("/", changes=["eaten"])


def test_a_webhook_is_the_servers_affair() -> None:
    async def story() -> None:
        trigger = again(events.WebhookTrigger("/orders/new/", secret_name="orders_key"))
        assert (trigger.webhook_name, trigger.secret_name) == ("orders/new", "orders_key")  # type: ignore[attr-defined]
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(aiter(trigger.run())), 0.05)

    asyncio.run(story())
    with pytest.raises(ValueError, match="needs a path"):
        events.WebhookTrigger("/")


# -- PostgreSQL ------------------------------------------------------------------------------------------------------


@pytest.mark.postgres
def test_notifications_of_postgresql(postgres: PostgresServer) -> None:
    import psycopg

    url = postgres.clone()

    async def story() -> None:
        trigger = events.NotifyTrigger(["orders", "Odd Name"], dsn=url)
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as conn, Heard(trigger) as heard:

            async def notify() -> None:
                await conn.execute("""SELECT pg_notify('orders', '{"id": 7}')""")

            told = await heard.next(notify)
            assert (told["channel"], told["payload"]) == ("orders", {"id": 7})
            await conn.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                               " WHERE application_name = 'tradewind watcher'")  # fmt: skip

            async def notify_other() -> None:
                await conn.execute("""SELECT pg_notify('Odd Name', 'text')""")

            while (told := await heard.next(notify_other))["channel"] != "Odd Name":
                pass
            assert told["payload"] == "text"

    asyncio.run(story())


# -- Redis -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Broker]:
    with redis_broker(tmp_path) as broker:
        yield broker


def test_entries_of_a_stream_are_told_in_order_and_the_place_is_kept(redis: Broker) -> None:
    import redis.asyncio as aio

    url = f"redis://127.0.0.1:{redis.port}/0"

    async def story() -> None:
        trigger = events.RedisStreamTrigger("orders", url=url, start="0", batch=2)
        async with aio.Redis.from_url(url) as client:
            for number in range(3):
                await client.xadd("orders", {"n": number, "what": "tea"})
            async with Heard(trigger) as heard:
                told = [await heard.next() for _ in range(3)]
                assert [one["fields"] for one in told] == [{"n": n, "what": "tea"} for n in range(3)]
                assert told[0]["stream"] == "orders"
                await client.xadd("orders", {"n": 3})
                assert (await heard.next())["fields"] == {"n": 3}
            await client.xadd("orders", {"n": 4})
            async with Heard(trigger) as heard:
                while (last := await heard.next())["fields"] != {"n": 4}:
                    assert last["fields"] == {"n": 3}  # it was told when the first listener went, and not acknowledged
            assert (await client.xpending("orders", "tradewind"))["pending"] <= 1

    asyncio.run(story())


def test_an_entry_that_was_told_and_not_acknowledged_is_told_again(redis: Broker) -> None:
    import redis.asyncio as aio

    url = f"redis://127.0.0.1:{redis.port}/0"

    async def story() -> None:
        trigger = events.RedisStreamTrigger("orders", url=url, start="0")
        async with aio.Redis.from_url(url) as client:
            await client.xadd("orders", {"n": 1})
            broken_off = aiter(trigger.run())
            assert (await anext(broken_off)).payload["fields"] == {"n": 1}
            await broken_off.aclose()  # type: ignore[attr-defined] - an async generator
            async with Heard(trigger) as heard:
                assert (await heard.next())["fields"] == {"n": 1}

    asyncio.run(story())


def test_a_redis_that_goes_away_and_comes_back(redis: Broker, caplog: pytest.LogCaptureFixture) -> None:
    import redis.asyncio as aio

    url = f"redis://127.0.0.1:{redis.port}/0"

    async def story() -> None:
        async with Heard(events.RedisStreamTrigger("orders", url=url, start="0")) as heard:
            async with aio.Redis.from_url(url) as client:
                await client.xadd("orders", {"n": 1})
                assert (await heard.next())["fields"] == {"n": 1}
            await asyncio.to_thread(redis.stop)
            await asyncio.sleep(0.3)
            await asyncio.to_thread(redis.start)
            async with aio.Redis.from_url(url) as client:
                await client.xadd("orders", {"n": 2})
            while (told := await heard.next())["fields"] != {"n": 2}:
                assert told["fields"] == {"n": 1}  # told and not yet acknowledged when the server went away

    with caplog.at_level("WARNING"):
        asyncio.run(story())
    assert "Lost the connection" in caplog.text


def test_messages_of_channels_and_patterns(redis: Broker) -> None:
    import redis.asyncio as aio

    url = f"redis://127.0.0.1:{redis.port}/0"

    async def story() -> None:
        trigger = events.RedisChannelTrigger(["news", "shop.*"], url=url)
        async with aio.Redis.from_url(url) as client, Heard(trigger) as heard:
            told = await heard.next(lambda: client.publish("shop.tea", '{"n": 1}'))
            assert told == {"channel": "shop.tea", "data": {"n": 1}}
            while (told := await heard.next(lambda: client.publish("news", b"\xff")))["channel"] != "news":
                pass
            assert told["data"] == "ff"

    asyncio.run(story())


# -- NATS ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def nats(tmp_path: Path) -> Iterator[Broker]:
    with nats_broker(tmp_path) as broker:
        yield broker


def test_messages_of_jetstream_are_told_and_the_place_is_kept_over_a_restart(nats: Broker) -> None:
    import nats as client_of
    from nats.errors import NoRespondersError
    from nats.js.errors import NoStreamResponseError, ServiceUnavailableError

    url = f"nats://127.0.0.1:{nats.port}"

    async def ready(ask: Callable[[], Awaitable[object]]) -> None:
        """A server that listens may still be waking its streams."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    await ask()
                except (ServiceUnavailableError, NoRespondersError, NoStreamResponseError):
                    await asyncio.sleep(0.05)
                else:
                    return

    async def publish(*numbers: int) -> None:
        client = await client_of.connect(url)
        stream = client.jetstream()
        await ready(lambda: stream.stream_info("ORDERS"))
        for number in numbers:
            await stream.publish("orders.new", json.dumps({"n": number}).encode(), headers={"a": "b"})
        await client.close()

    async def story() -> None:
        client = await client_of.connect(url)
        await ready(lambda: client.jetstream().add_stream(name="ORDERS", subjects=["orders.*"]))
        await client.close()
        trigger = events.JetStreamTrigger("orders.*", durable="d", url=url)
        await publish(1, 2)
        async with Heard(trigger) as heard:
            first, second = await heard.next(), await heard.next()
            assert (first["data"], second["data"]) == ({"n": 1}, {"n": 2})
            assert (first["subject"], first["sequence"], first["headers"]) == ("orders.new", 1, {"a": "b"})
            await asyncio.to_thread(nats.stop)
            await asyncio.to_thread(nats.start)
            await publish(3)
            while (told := await heard.next())["data"] != {"n": 3}:
                assert told["data"] == {"n": 2}
        await publish(4)
        async with Heard(trigger) as heard:
            told = [await heard.next()]
            if told[0]["data"] != {"n": 4}:
                told.append(await heard.next())
            assert told[-1]["data"] == {"n": 4}

    asyncio.run(story())


# -- all -------------------------------------------------------------------------------------------------------------


def test_a_package_that_is_not_there_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nats", None)
    with pytest.raises(AirflowOptionalProviderFeatureException, match=r"'nats': pip install 'tradewind\[events\]'"):
        asyncio.run(anext(aiter(events.JetStreamTrigger("x", url="nats://127.0.0.1:1").run())))


def test_an_error_that_is_no_lost_connection_ends_the_watcher(redis: Broker) -> None:
    import redis as client_of

    url = f"redis://127.0.0.1:{redis.port}/0"
    with client_of.Redis.from_url(url) as client:
        client.set("orders", "no stream")
    with pytest.raises(client_of.ResponseError, match="WRONGTYPE"):
        asyncio.run(anext(aiter(events.RedisStreamTrigger("orders", url=url).run())))


def test_connections_are_found_by_their_id(redis: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    import redis as client_of

    monkeypatch.setitem(os.environ, "AIRFLOW_CONN_MY_REDIS", f"redis://127.0.0.1:{redis.port}/0")

    async def story() -> None:
        async with Heard(events.RedisStreamTrigger("orders", conn_id="my_redis", start="0")) as heard:
            with client_of.Redis(port=redis.port) as client:
                client.xadd("orders", {"n": 1})
            assert (await heard.next())["fields"] == {"n": 1}

    asyncio.run(story())


@pytest.mark.parametrize(
    ("data", "value"), [(b'{"a": 1}', {"a": 1}), (b"tea", "tea"), (b"\xff\x00", "ff00"), ("7", 7), (None, None)]
)
def test_what_messages_hold(data: Any, value: Any) -> None:
    assert source.decoded(data) == value
