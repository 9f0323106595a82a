"""The local executor, started before the rest of the server is even imported: its processes warm up meanwhile."""

from __future__ import annotations

from typing import Self

from tradewind.base.settings import Settings
from tradewind.executors.base import RequestHandler
from tradewind.executors.local import LocalExecutor
from tradewind.protocol.messages import CallbackWork, ErrorReply, Reply, Request, Workload
from tradewind.scheduler.channel import Channel

__all__ = ["LocalWork"]


class LocalWork:
    """The executor and the channel its facts go to; whoever answers requests of tasks is told later."""

    def __init__(self, settings: Settings) -> None:
        self.channel = Channel()
        self.executor = LocalExecutor(settings.worker, settings.logs, import_timeout_s=settings.parsing.timeout_s)
        self._handler: RequestHandler | None = None

    def answer_with(self, handler: RequestHandler) -> None:
        """Requests of tasks go here from now on."""
        self._handler = handler

    def __enter__(self) -> Self:
        self.executor.start(self.channel.put, self._answer)
        return self

    def __exit__(self, *_: object) -> None:
        self.executor.stop(0.0)

    def _answer(self, work: Workload | CallbackWork, request: Request) -> Reply:
        if self._handler is None:
            return ErrorReply(code="error", message="the server is still starting")
        return self._handler(work, request)
