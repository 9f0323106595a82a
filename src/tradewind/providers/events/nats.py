"""Tells of messages of NATS JetStream."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from tradewind.providers.events.source import EventSource, connection_of, decoded, optional

__all__ = ["JetStreamTrigger"]

FETCH_S = 5.0
CONNECT_S = 5


class JetStreamTrigger(EventSource):
    """One event for each message: ``{"subject": ..., "data": ..., "sequence": n, "headers": {...}}``.

    A durable consumer keeps the place: messages that come while no triggerer runs are told later. A message is
    acknowledged once it was told, so after a crash one may be told again.

    Args:
        subject: the subject, which may hold wildcards.
        durable: name of the consumer; made if it is not there.
        stream: the stream; None: the one that has the subject.
        conn_id: the connection (host, port, login, password; ``token`` in its extra).
        url: instead of a connection; several with commas between them.
        batch: messages fetched at once.
    """

    fields = ("subject", "durable", "stream", "conn_id", "url", "batch")

    def __init__(
        self,
        subject: str,
        *,
        durable: str = "tradewind",
        stream: str | None = None,
        conn_id: str = "nats_default",
        url: str | None = None,
        batch: int = 100,
    ) -> None:
        super().__init__()
        self.subject, self.durable, self.stream = subject, durable, stream
        self.conn_id, self.url, self.batch = conn_id, url, batch

    async def _listen(self) -> AsyncGenerator[dict[str, Any]]:
        nats = optional("nats")
        errors = optional("nats.errors")
        options = await self._options()
        # Connecting again is ours: then the log says so, and the consumer is looked for again.
        client = await nats.connect(allow_reconnect=False, connect_timeout=CONNECT_S, **options)
        try:
            listener = await client.jetstream().pull_subscribe(self.subject, durable=self.durable, stream=self.stream)
            while client.is_connected:
                try:
                    messages = await listener.fetch(self.batch, timeout=FETCH_S)
                except (errors.TimeoutError, TimeoutError):
                    continue
                for message in messages:
                    yield {
                        "subject": message.subject,
                        "data": decoded(message.data),
                        "sequence": message.metadata.sequence.stream,
                        "headers": dict(message.headers or {}),
                    }
                    await message.ack()
            raise ConnectionError("the server closed the connection")
        finally:
            await client.close()

    async def _options(self) -> dict[str, Any]:
        if self.url:
            return {"servers": self.url.split(",")}
        found = await connection_of(self.conn_id)
        options: dict[str, Any] = {"servers": [f"nats://{found.host or 'localhost'}:{found.port or 4222}"]}
        if found.login:
            options |= {"user": found.login, "password": found.password}
        token = found.extra_dejson.get("token")
        return options | ({"token": token} if token else {})

    def _is_lost(self, error: Exception) -> bool:
        kinds, streams = optional("nats.errors"), optional("nats.js.errors")
        return super()._is_lost(error) or isinstance(
            error,
            kinds.NoServersError
            | kinds.ConnectionClosedError
            | kinds.StaleConnectionError
            | kinds.NoRespondersError
            | streams.ServiceUnavailableError  # a server that has just started has no streams yet
            | streams.NoStreamResponseError,
        )
