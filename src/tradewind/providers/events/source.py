"""What all event triggers share: they listen, and connect again when the other side goes away."""

from __future__ import annotations

import asyncio
import json
import random
from abc import abstractmethod
from collections.abc import AsyncIterator
from contextlib import aclosing
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

from tradewind.sdk.connection import Connection
from tradewind.sdk.exceptions import AirflowOptionalProviderFeatureException
from tradewind.sdk.trigger import BaseEventTrigger, TriggerEvent

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

__all__ = ["EventSource", "connection_of", "decoded", "optional"]

FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 30.0


def optional(module: str, extra: str = "events") -> Any:
    """A module that comes with an extra.

    Raises:
        AirflowOptionalProviderFeatureException: it is not installed; the sentence says what to install.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise AirflowOptionalProviderFeatureException(
            f"this trigger needs the package {module.partition('.')[0]!r}: pip install 'tradewind[{extra}]'"
        ) from error


async def connection_of(conn_id: str) -> Connection:
    """A connection, asked for in a thread, so that no other trigger waits for the answer."""
    return await asyncio.to_thread(Connection.get, conn_id)


def decoded(data: bytes | str | None) -> Any:
    """What a message holds: JSON where it is, else text; bytes that are no text as hexadecimal digits."""
    if data is None:
        return None
    try:
        text = data.decode() if isinstance(data, bytes) else data
    except UnicodeDecodeError:
        return data.hex() if isinstance(data, bytes) else data
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


class EventSource(BaseEventTrigger):
    """Listens, and listens again after a pause when that fails; subclasses give `_listen` and name their `fields`."""

    fields: ClassVar[tuple[str, ...]] = ()
    """Constructor arguments, each kept under its name."""

    def serialize(self) -> tuple[str, dict[str, Any]]:
        kind = type(self)
        return f"{kind.__module__}.{kind.__qualname__}", {name: getattr(self, name) for name in self.fields}

    @abstractmethod
    def _listen(self) -> AsyncGenerator[dict[str, Any]]:
        """Connect, and yield what comes; whatever it raises is followed by a pause and another try. What is to be
        acknowledged is acknowledged when the next item is asked for: the one before has been told then."""

    def _is_lost(self, error: Exception) -> bool:
        """Whether it makes sense to try again."""
        return isinstance(error, OSError | EOFError | TimeoutError)

    async def run(self) -> AsyncIterator[TriggerEvent]:
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                async with aclosing(self._listen()) as items:
                    async for item in items:
                        pause_s = FIRST_PAUSE_S
                        yield TriggerEvent(item)
            except Exception as error:
                if not self._is_lost(error):
                    raise
                self.log.warning("Lost the connection (%s: %s); again in %.1f s", type(error).__name__, error, pause_s)
            await asyncio.sleep(pause_s * random.uniform(0.5, 1.0))  # noqa: S311 - so that many do not come back at once
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
