"""The API mounted in the process of a command, for when no server runs: the same routes, validation and audit."""

from __future__ import annotations

import asyncio
import contextlib
import getpass
import importlib.metadata
import os
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from starlette.requests import Request

from tradewind.api.app import create_app
from tradewind.api.auth import Actor, Sessions, in_role
from tradewind.api.auth.ways import Ways
from tradewind.api.services import ApiServices, Liveness
from tradewind.base.clock import SystemClock
from tradewind.base.ids import UuidSource
from tradewind.base.settings import Settings
from tradewind.cli.client import Answer
from tradewind.db.cipher import cipher_of, read_or_make_key
from tradewind.db.engine import Database
from tradewind.spec import DagKey
from tradewind.timetables import Interval, NextRun

if TYPE_CHECKING:
    from tradewind.parsing.desk import TimetableDesk

__all__ = ["InProcess"]


class _Owner(Sessions):
    """Whoever can open the database and the keys beside it may do everything with them: there is nobody to ask."""

    async def actor(self, request: Request, ways: Ways, workspace: str = "default") -> Actor:  # noqa: ARG002 - of Sessions
        """The one who runs this process."""
        return in_role(getpass.getuser(), "Admin")


class InProcess:
    """Sends requests to the application by calling it."""

    has_scheduler = False

    def __init__(self, settings: Settings, database: Database) -> None:
        services = ApiServices(
            settings=settings,
            database=database,
            clock=SystemClock(),
            ids=UuidSource(),
            cipher=cipher_of(settings),
            signing_key=read_or_make_key(settings.home / "token.key"),
            bell=lambda: None,
            health=_nothing_runs,
            log_folder=settings.log_folder,
            version=importlib.metadata.version("tradewind"),
            timetables=_Timetables(settings, database),
        )
        self._app = create_app(services)
        self._app.state.desk.sessions.close()
        self._app.state.desk.sessions = _Owner(services)
        self._runner = asyncio.Runner()

    def send(self, method: str, target: str, body: bytes | None) -> Answer:
        """One request."""
        exchange = _Exchange(method, target, body or b"")
        self._runner.run(self._app(exchange.scope, exchange.receive, exchange.send))
        return Answer(exchange.status, b"".join(exchange.parts))

    def stream(self, target: str, silence_s: float | None = None) -> Iterator[bytes]:  # noqa: ARG002 - it never is
        """The lines of an answer, once it has ended."""
        yield from self.send("GET", target, None).body.splitlines()

    def find_again(self) -> bool:
        """Never: it is where it was."""
        return False

    def close(self) -> None:
        """End the application's threads."""
        self._app.state.desk.close()
        self._runner.close()


class _Timetables:
    """Asks timetables that users wrote, each in an interpreter of its own."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database

    def manual_interval(self, dag: DagKey, version_id: str, moment: datetime) -> Interval | None:
        """What a run by hand is about."""
        with contextlib.closing(self._desk()) as desk:
            return desk.manual_interval(dag, version_id, moment)

    def runs_between(self, dag: DagKey, version_id: str, first: datetime, last: datetime) -> list[NextRun]:
        """The runs between two dates."""
        with contextlib.closing(self._desk()) as desk:
            return desk.runs_between(dag, version_id, first, last)

    def _desk(self) -> TimetableDesk:
        from tradewind.cli.file_reads import file_reads
        from tradewind.parsing.calls import FreshInterpreter
        from tradewind.parsing.desk import TimetableDesk

        return TimetableDesk(
            FreshInterpreter(os.environ),
            self._database,
            home=self._settings.home,
            clock=SystemClock(),
            bell=lambda: None,
            timeout_s=self._settings.parsing.timeout_s,
            reads=file_reads(self._settings, self._database),
        )


class _Exchange:
    """One request and its answer, as ASGI wants them."""

    def __init__(self, method: str, target: str, body: bytes) -> None:
        path, _, query = target.partition("?")
        self.scope: dict[str, Any] = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
            "path": _unquoted(path), "raw_path": path.encode(), "query_string": query.encode(), "root_path": "",
            "headers": [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())],
            "server": ("localhost", 0), "client": ("localhost", 0),
        }  # fmt: skip
        self.status = 500
        self.parts: list[bytes] = []
        self._body: bytes | None = body

    async def receive(self) -> dict[str, Any]:
        if self._body is None:  # asked again: the caller only goes away when the answer is complete
            await asyncio.Event().wait()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(self, message: Mapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        elif message["type"] == "http.response.body":
            self.parts.append(message.get("body", b""))


def _unquoted(path: str) -> str:
    from urllib.parse import unquote

    return unquote(path)


def _nothing_runs() -> Mapping[str, Liveness]:
    return {"scheduler": Liveness(is_healthy=False), "dag_processor": Liveness(is_healthy=False)}
