"""DAGs of the benchmark of deferred tasks."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from tradewind import DAG, BaseTrigger, TriggerEvent, task, wait_for

SHARED: dict[str, asyncio.Event] = {}


class FileThere(BaseTrigger):
    """Fires when a file is there; looks every two seconds."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return f"{__name__}.FileThere", {"path": self.path}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        while not Path(self.path).exists():  # noqa: ASYNC110, ASYNC240 - a stat is quick
            await asyncio.sleep(2)
        yield TriggerEvent(True)


class Moment(BaseTrigger):
    """Fires after 0.1 s, and says when."""

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return f"{__name__}.Moment", {}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        await asyncio.sleep(0.1)
        yield TriggerEvent(time.time())


with DAG("deferred_many", schedule=None, max_active_tasks=1000):

    @task
    def numbers(count: str) -> list[int]:
        return list(range(int(count)))

    @task(isolation="reuse")
    def one(number: int, path: str) -> None:
        wait_for(FileThere(path))

    one.partial(path="{{ dag_run.conf['path'] }}").expand(number=numbers("{{ dag_run.conf['count'] }}"))

with DAG("deferred_latency", schedule=None):

    @task
    def measured(path: str) -> None:
        fired = wait_for(Moment())
        Path(path).write_text(str(time.time() - fired))

    measured("{{ dag_run.conf['path'] }}")
