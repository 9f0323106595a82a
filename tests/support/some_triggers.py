"""Triggers for tests of the processes that run them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

from tradewind import BaseEventTrigger, BaseTrigger, TriggerEvent, Variable


class Says(BaseTrigger):
    """Says something after a while; `never` waits for good."""

    def __init__(self, what: Any = None, *, after_s: float = 0.0, how: str = "say") -> None:
        super().__init__()
        self.what, self.after_s, self.how = what, after_s, how

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return f"{__name__}.Says", {"what": self.what, "after_s": self.after_s, "how": self.how}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        await asyncio.sleep(self.after_s)
        match self.how:
            case "raise":
                raise RuntimeError(self.what)
            case "never":
                await asyncio.Event().wait()
            case "block":
                while True:
                    time.sleep(0.5)  # noqa: ASYNC251 - the fault to be found
                    await asyncio.sleep(0)
            case "hang":
                time.sleep(3600)  # noqa: ASYNC251 - the fault to be found
            case "ask":
                yield TriggerEvent(Variable.get(self.what))
            case _:
                yield TriggerEvent(self.what)

    async def cleanup(self) -> None:
        self.log.info("cleaned up")

    async def on_kill(self) -> None:
        self.log.info("killed")


class Counts(BaseEventTrigger):
    """Says 1, 2, 3 and then fails."""

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return f"{__name__}.Counts", {}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        for number in (1, 2, 3):
            yield TriggerEvent(number)
        raise RuntimeError("no more")
