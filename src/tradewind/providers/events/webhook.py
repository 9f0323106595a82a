"""Stands for calls of `POST /api/v2/assets/webhooks/{path}`: the server itself takes them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from tradewind.providers.events.source import EventSource

__all__ = ["WebhookTrigger"]


class WebhookTrigger(EventSource):
    """The asset is updated by whoever calls the webhook; the body of the call is the event's payload.

    Args:
        webhook_name: the path that is called.
        secret_name: the variable that holds the secret which calls are signed with; empty: a token is needed, as for
            any other call of the API.
    """

    fields = ("webhook_name", "secret_name")

    def __init__(self, webhook_name: str, *, secret_name: str = "") -> None:
        super().__init__()
        if not webhook_name.strip("/"):
            raise ValueError("a webhook needs a path")
        self.webhook_name = webhook_name.strip("/")
        self.secret_name = secret_name

    async def _listen(self) -> AsyncGenerator[dict[str, Any]]:
        await asyncio.Event().wait()  # the events come from the server
        yield {}
