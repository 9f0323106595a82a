"""Tells of PostgreSQL's notifications (`NOTIFY channel, 'payload'`)."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Any

from tradewind.providers.events.source import EventSource, connection_of, decoded, optional

__all__ = ["NotifyTrigger"]

CHECK_S = 30.0
"""A silent connection is tried this often."""
CONNECT_S = 10


class NotifyTrigger(EventSource):
    """One event for each notification: ``{"channel": ..., "payload": ..., "pid": ...}``; a payload that is JSON comes decoded.

    Args:
        channel: the channel, or several.
        conn_id: the connection.
        dsn: instead of a connection: a URL or connection string.
    """

    fields = ("channel", "conn_id", "dsn")

    def __init__(
        self, channel: str | Sequence[str], *, conn_id: str = "postgres_default", dsn: str | None = None
    ) -> None:
        super().__init__()
        self.channel = channel if isinstance(channel, str) else list(channel)
        self.conn_id = conn_id
        self.dsn = dsn

    async def _listen(self) -> AsyncGenerator[dict[str, Any]]:
        psycopg = optional("psycopg", "postgres")
        options = await self._options()
        conn = await psycopg.AsyncConnection.connect(
            self.dsn or "", autocommit=True, connect_timeout=CONNECT_S, application_name="tradewind watcher", **options
        )
        async with conn:
            for channel in [self.channel] if isinstance(self.channel, str) else self.channel:
                await conn.execute(psycopg.sql.SQL("LISTEN {}").format(psycopg.sql.Identifier(channel)))
            self.log.info("Listening to %s", self.channel)
            while True:
                async for told in conn.notifies(timeout=CHECK_S):
                    yield {"channel": told.channel, "payload": decoded(told.payload), "pid": told.pid}
                await conn.execute("SELECT 1")

    async def _options(self) -> dict[str, Any]:
        if self.dsn:
            return {}
        found = await connection_of(self.conn_id)
        options = {
            "host": found.host,
            "port": found.port,
            "user": found.login,
            "password": found.password,
            "dbname": found.schema,
            "sslmode": found.extra_dejson.get("sslmode"),
        }
        return {name: value for name, value in options.items() if value not in (None, "")}

    def _is_lost(self, error: Exception) -> bool:
        return super()._is_lost(error) or isinstance(error, optional("psycopg", "postgres").OperationalError)
