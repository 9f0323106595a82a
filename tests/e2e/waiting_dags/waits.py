"""DAGs whose tasks wait for files, moments and jobs, without a slot."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from tradewind import (
    DAG,
    BaseAsyncOperator,
    BaseOperator,
    BaseTrigger,
    Connection,
    StartTriggerArgs,
    TriggerEvent,
    Variable,
    once,
    task,
    wait_for,
)


class FileThere(BaseTrigger):
    """Fires when a file is there; a file beside it tells what became of the trigger."""

    def __init__(self, path: str, *, blocks_s: float = 0.0) -> None:
        super().__init__()
        self.path, self.blocks_s = path, blocks_s

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return f"{__name__}.FileThere", {"path": self.path, "blocks_s": self.blocks_s}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        self.log.info("looking for %s on behalf of %s", self.path, self.task_instance.task_id)
        while not Path(self.path).exists():  # noqa: ASYNC240 - a stat is quick
            if self.blocks_s:
                time.sleep(self.blocks_s)  # noqa: ASYNC251 - the fault to be found
            await asyncio.sleep(0.02)
        yield TriggerEvent({"path": self.path, "text": Path(self.path).read_text()})  # noqa: ASYNC240 - so is this

    async def on_kill(self) -> None:
        Path(self.path + ".trigger-killed").write_text("")  # noqa: ASYNC240 - so is this


class Asks(BaseTrigger):
    """Asks the server for a variable and a connection."""

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return f"{__name__}.Asks", {}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        host = await asyncio.to_thread(lambda: Connection.get("waited_for").host)
        yield TriggerEvent([Variable.get("waited_for"), host])


class Job(BaseOperator):
    """Defers until the file of the run's conf is there."""

    template_fields = ("path",)
    job_id: str | None = None

    def __init__(self, *, blocks_s: float = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.path = "{{ dag_run.conf['path'] }}"
        self.blocks_s = blocks_s

    def execute(self, context: Any) -> None:
        self.defer(
            trigger=FileThere(self.path, blocks_s=self.blocks_s), method_name="complete", kwargs={"job_id": "job-1"}
        )

    def complete(self, context: Any, event: Any, job_id: str) -> Any:
        return [event["text"], job_id]

    def on_kill(self) -> None:
        Path(self.path + ".operator-killed").write_text(str(self.job_id))


class Started(BaseOperator):
    """Waits a moment from its start, without a process."""

    start_from_trigger = True
    start_trigger_args = StartTriggerArgs(trigger_cls=f"{__name__}.Asks", next_method="complete")

    def complete(self, context: Any, event: Any) -> Any:
        return event


class Crashing(BaseOperator):
    def execute(self, context: Any) -> None:
        self.defer(trigger=FileThere("/"), method_name="complete")  # reading a folder raises


class Coroutine(BaseAsyncOperator):
    """Sleeps for a minute, and cleans up when it is told to stop."""

    template_fields = ("path",)
    path = "{{ dag_run.conf['path'] }}"

    async def aexecute(self, context: Any) -> None:
        try:
            Path(self.path).write_text("begun")  # noqa: ASYNC240 - quick
            await asyncio.sleep(60)
        finally:
            Path(self.path + ".finally").write_text("")  # noqa: ASYNC240 - quick

    def on_kill(self) -> None:
        Path(self.path + ".operator-killed").write_text("")


with DAG("waits_async", schedule=None):
    Coroutine(task_id="coroutine")

with DAG("waits_for_file", schedule=None):
    Job(task_id="job")

with DAG("waits_blocking", schedule=None):
    Job(task_id="job", blocks_s=0.6)

with DAG("waits_asking", schedule=None):
    Started(task_id="started")

with DAG("waits_crashing", schedule=None):
    Crashing(task_id="crashing")

with DAG("waits_in_function", schedule=None):

    @task
    def function(path: str) -> list[Any]:
        job = once(lambda: time.time())
        before = wait_for(timedelta(seconds=0.05)) is not None
        return [job <= time.time(), before, wait_for(FileThere(path))["text"]]

    @task
    async def coroutine(path: str) -> Any:
        await asyncio.sleep(0)
        return (await wait_for(FileThere(path)))["text"]

    function("{{ dag_run.conf['path'] }}")
    coroutine("{{ dag_run.conf['path'] }}")

with DAG("waits_many", schedule=None):

    @task
    def numbers(count: str) -> list[int]:
        return list(range(int(count)))

    @task(isolation="reuse")
    def one(number: int, path: str) -> int:
        wait_for(FileThere(path))
        with Path(path + ".ledger").open("a") as ledger:
            ledger.write(f"{number}\n")
        return number

    one.partial(path="{{ dag_run.conf['path'] }}").expand(number=numbers("{{ dag_run.conf['count'] }}"))
