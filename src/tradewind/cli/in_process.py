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

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.requests import Request

from tradewind.api.app import PREFIX, create_app
from tradewind.api.auth import Actor, Sessions, in_role
from tradewind.api.auth.ways import Ways
from tradewind.api.public import MODULES, router_of
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

AUTH = "/auth"


class _Owner(Sessions):
    """Whoever can open the database and the keys beside it may do everything with them: there is nobody to ask."""

    async def actor(self, request: Request, ways: Ways, workspace: str = "default") -> Actor:  # noqa: ARG002 - of Sessions
        """The one who runs this process."""
        return in_role(getpass.getuser(), "Admin")


class InProcess:
    """Sends requests to the application by calling it.

    Making all routes takes longer than most commands, so each request gets an application with the one router that
    answers it; a path that none answers gets them all, and their 404.
    """

    has_scheduler = False

    def __init__(self, settings: Settings, database: Database) -> None:
        self._services = ApiServices(
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
        self._apps: dict[str, FastAPI] = {}
        self._runner = asyncio.Runner()

    def send(self, method: str, target: str, body: bytes | None) -> Answer:
        """One request."""
        exchange = _Exchange(method, target, body or b"")
        app = self._app_for(method, exchange.scope["path"])
        self._runner.run(app(exchange.scope, exchange.receive, exchange.send))
        return Answer(exchange.status, b"".join(exchange.parts))

    def stream(self, target: str) -> Iterator[bytes]:
        """The lines of an answer, once it has ended."""
        yield from self.send("GET", target, None).body.splitlines()

    def find_again(self) -> bool:
        """Never: it is where it was."""
        return False

    def close(self) -> None:
        """End the application's threads."""
        for app in self._apps.values():
            app.state.desk.close()
        self._runner.close()

    def _app_for(self, method: str, path: str) -> FastAPI:
        found = AUTH if path.startswith(f"{AUTH}/") else _module_for(method, path.removeprefix(PREFIX))
        if found not in self._apps:
            routers = [] if found == AUTH else [router_of(found)] if found else None
            app = create_app(self._services, routers, auth=found in {"", AUTH})
            app.state.desk.sessions.close()
            app.state.desk.sessions = _Owner(self._services)
            self._apps[found] = app
        return self._apps[found]


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


def _module_for(method: str, path: str) -> str:
    """The module of the route that answers; empty: none does."""
    return next((name for name in _likeliest_first(path) if _answers(router_of(name), method, path)), "")


def _likeliest_first(path: str) -> list[str]:
    """The modules of routes in their order; for a path of one word, the one of that name first."""
    word = path.strip("/")
    return [word, *(name for name in MODULES if name != word)] if word in MODULES else list(MODULES)


def _answers(router: APIRouter, method: str, path: str) -> bool:
    return any(
        isinstance(route, APIRoute) and method in (route.methods or ()) and route.path_regex.match(path)
        for route in router.routes
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
