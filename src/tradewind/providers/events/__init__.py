"""Triggers that watch for assets (`AssetWatcher`): files, webhooks, PostgreSQL notifications, Redis, NATS JetStream.

Each event is a JSON object, the `payload` of the asset's event. All reconnect by themselves, with growing pauses.

| trigger | where it goes on after a restart |
|---|---|
| `FilesTrigger` | nowhere: changes while no triggerer runs are not told; `existing=True` tells of what is there at the start |
| `NotifyTrigger` | nowhere: PostgreSQL forgets notifications that nobody hears |
| `RedisStreamTrigger` | after the last entry that was told: the consumer group keeps the place; an entry may be told twice |
| `RedisChannelTrigger` | nowhere: Redis forgets messages that nobody hears |
| `JetStreamTrigger` | after the last message that was told: the durable consumer keeps the place; one may be told twice |
| `WebhookTrigger` | the caller is answered when the event is stored |
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_MODULES = {
    "FilesTrigger": "files",
    "JetStreamTrigger": "nats",
    "NotifyTrigger": "postgres",
    "RedisChannelTrigger": "redis",
    "RedisStreamTrigger": "redis",
    "WebhookTrigger": "webhook",
}

__all__ = [*_MODULES]  # noqa: PLE0604 - the table above is the list  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{module}"), name)
