"""The local executor, started before the rest of the server is even imported: its processes warm up meanwhile."""

from __future__ import annotations

import os
from typing import Self

from tradewind.base.settings import Settings
from tradewind.executors.base import Fact, RequestHandler, Sink
from tradewind.executors.local import LocalExecutor
from tradewind.protocol.messages import CallbackWork, ErrorReply, FileImport, Reply, Request, Workload

__all__ = ["LocalWork"]

KEPT_BACK = frozenset({"TRADEWIND__SECRETS__FERNET_KEY", "AIRFLOW__CORE__FERNET_KEY"})
"""Variables that no process with users' code is given: it asks the server, which decrypts."""


class LocalWork:
    """The executor; who hears its facts and who answers requests of tasks is told later, before any work comes."""

    def __init__(self, settings: Settings) -> None:
        self.executor = LocalExecutor(
            settings.worker,
            settings.logs,
            import_timeout_s=settings.parsing.timeout_s,
            clear_state_on_success=settings.state_store.clear_on_success,
            environment={
                name: value for name, value in {**os.environ, **settings.environment}.items() if name not in KEPT_BACK
            },
        )
        self._sink: Sink | None = None
        self._handler: RequestHandler | None = None

    def connect(self, sink: Sink, handler: RequestHandler) -> None:
        """Facts and requests go there from now on."""
        self._sink, self._handler = sink, handler

    def __enter__(self) -> Self:
        self.executor.start(self._tell, self._answer)
        return self

    def __exit__(self, *_: object) -> None:
        self.executor.stop(0.0)

    def _tell(self, fact: Fact) -> None:
        assert self._sink is not None, "facts follow work, and there was none yet"
        self._sink(fact)

    def _answer(self, work: Workload | CallbackWork | FileImport, request: Request) -> Reply:
        if self._handler is None:
            return ErrorReply(code="error", message="the server is still starting")
        return self._handler(work, request)
