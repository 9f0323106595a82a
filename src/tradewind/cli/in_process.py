"""The API mounted in the process of a command, for when no server runs: the same routes, validation and audit."""

from __future__ import annotations

import asyncio
import getpass
import importlib.metadata
from collections.abc import Iterator, Mapping
from typing import Any

from tradewind.api.app import create_app
from tradewind.api.auth import Actor, Role
from tradewind.api.services import ApiServices, Liveness
from tradewind.base.clock import SystemClock
from tradewind.base.ids import UuidSource
from tradewind.base.settings import Settings
from tradewind.cli.client import Answer
from tradewind.db.cipher import key_file_cipher
from tradewind.db.engine import Database

__all__ = ["InProcess"]


class _Owner:
    """Whoever can open the database and the keys beside it may do everything with them: there is nobody to ask."""

    def __init__(self) -> None:
        self._actor = Actor(getpass.getuser(), Role.ADMIN, "this process", float("inf"))

    async def actor(self, *_: object) -> Actor:
        return self._actor

    def close(self) -> None:
        """Nothing is open."""


class InProcess:
    """Sends requests to the application by calling it."""

    has_scheduler = False

    def __init__(self, settings: Settings, database: Database) -> None:
        services = ApiServices(
            settings=settings,
            database=database,
            clock=SystemClock(),
            ids=UuidSource(),
            cipher=key_file_cipher(settings.home),
            signing_key=b"",
            bell=lambda: None,
            health=_nothing_runs,
            log_folder=settings.log_folder,
            version=importlib.metadata.version("tradewind"),
        )
        self._app = create_app(services)
        self._app.state.desk.sessions.close()
        self._app.state.desk.sessions = _Owner()
        self._runner = asyncio.Runner()

    def send(self, method: str, target: str, body: bytes | None) -> Answer:
        """One request."""
        exchange = _Exchange(method, target, body or b"")
        self._runner.run(self._app(exchange.scope, exchange.receive, exchange.send))
        return Answer(exchange.status, b"".join(exchange.parts))

    def stream(self, target: str) -> Iterator[bytes]:
        """The lines of an answer, once it has ended."""
        yield from self.send("GET", target, None).body.splitlines()

    def close(self) -> None:
        """End the application's threads."""
        self._app.state.desk.close()
        self._runner.close()


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
