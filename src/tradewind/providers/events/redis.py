"""Tells of entries of Redis streams, and of messages on Redis channels."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Any
from urllib.parse import quote

from tradewind.providers.events.source import EventSource, connection_of, decoded, optional

__all__ = ["RedisChannelTrigger", "RedisStreamTrigger"]

BLOCK_MS = 5_000
CONSUMER = "tradewind"
POLL_S = 5.0


class _RedisSource(EventSource):
    """What both have in common."""

    conn_id: str
    url: str | None

    async def _client(self) -> Any:
        aio = optional("redis.asyncio")
        # A read that blocks takes longer than usual, and is no sign of a lost connection.
        return aio.Redis.from_url(await self._address(), socket_timeout=2 * BLOCK_MS / 1000, socket_keepalive=True)

    async def _address(self) -> str:
        if self.url:
            return self.url
        found = await connection_of(self.conn_id)
        password = f":{quote(found.password, safe='')}" if found.password else ""
        login = f"{quote(found.login or '', safe='')}{password}@" if found.login or password else ""
        scheme = "rediss" if found.extra_dejson.get("ssl") else "redis"
        database = found.extra_dejson.get("db", found.schema or 0)
        return f"{scheme}://{login}{found.host or 'localhost'}:{found.port or 6379}/{database}"

    def _is_lost(self, error: Exception) -> bool:
        errors = optional("redis.exceptions")
        return super()._is_lost(error) or isinstance(error, errors.ConnectionError | errors.TimeoutError)


class RedisStreamTrigger(_RedisSource):
    """One event for each entry of a stream: ``{"stream": ..., "id": ..., "fields": {...}}``.

    A consumer group keeps the place: entries that come while no triggerer runs are told later. An entry is acknowledged
    once it was told, so after a crash one may be told again.

    Args:
        stream: its key.
        group: the consumer group; made if it is not there.
        start: where a new group begins: ``$`` with entries to come, ``0`` with all there are.
        conn_id: the connection.
        url: instead of a connection.
        batch: entries read at once.
    """

    fields = ("stream", "group", "start", "conn_id", "url", "batch")

    def __init__(
        self,
        stream: str,
        *,
        group: str = "tradewind",
        start: str = "$",
        conn_id: str = "redis_default",
        url: str | None = None,
        batch: int = 100,
    ) -> None:
        super().__init__()
        self.stream, self.group, self.start = stream, group, start
        self.conn_id, self.url, self.batch = conn_id, url, batch

    async def _listen(self) -> AsyncGenerator[dict[str, Any]]:
        client = await self._client()
        async with client:
            await self._make_group(client)
            after = "0"  # first what was read and not acknowledged before
            while True:
                found = await client.xreadgroup(
                    self.group, CONSUMER, {self.stream: after}, count=self.batch, block=BLOCK_MS
                )
                entries = _entries(found)
                if not entries:
                    after = ">"
                for key, fields in entries:
                    yield {"stream": self.stream, "id": key, "fields": fields}
                    await client.xack(self.stream, self.group, key)

    async def _make_group(self, client: Any) -> None:
        try:
            await client.xgroup_create(self.stream, self.group, id=self.start, mkstream=True)
        except optional("redis.exceptions").ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise


def _entries(found: Any) -> list[tuple[str, dict[str, Any]]]:
    """The entries of a reply, which is a list of streams or (in RESP3) a dict of them; deleted ones have no fields."""
    streams = found.items() if isinstance(found, dict) else found or ()
    pages: list[Any] = [page for _, page in streams]
    flat: list[Any] = []
    for page in pages:
        flat += page[0] if page and isinstance(page[0], list) else page
    return [
        (
            key.decode() if isinstance(key, bytes) else str(key),
            {_text(n): decoded(v) for n, v in (fields or {}).items()},
        )
        for key, fields in flat
    ]


def _text(name: Any) -> str:
    return name.decode(errors="replace") if isinstance(name, bytes) else str(name)


class RedisChannelTrigger(_RedisSource):
    """One event for each message on a channel: ``{"channel": ..., "data": ...}``. Redis keeps no messages: those that
    come while no triggerer runs are gone.

    Args:
        channels: names, or patterns with ``*``.
        conn_id: the connection.
        url: instead of a connection.
    """

    fields = ("channels", "conn_id", "url")

    def __init__(
        self, channels: str | Sequence[str], *, conn_id: str = "redis_default", url: str | None = None
    ) -> None:
        super().__init__()
        self.channels = [channels] if isinstance(channels, str) else list(channels)
        self.conn_id, self.url = conn_id, url

    async def _listen(self) -> AsyncGenerator[dict[str, Any]]:
        client = await self._client()
        async with client, client.pubsub(ignore_subscribe_messages=True) as listener:
            for channel in self.channels:
                await (listener.psubscribe if "*" in channel else listener.subscribe)(channel)
            self.log.info("Listening to %s", ", ".join(self.channels))
            while True:
                message = await listener.get_message(ignore_subscribe_messages=True, timeout=POLL_S)
                if message is None:
                    await asyncio.wait_for(listener.ping(), POLL_S)
                elif message["type"] in {"message", "pmessage"}:
                    yield {"channel": _text(message["channel"]), "data": decoded(message["data"])}
