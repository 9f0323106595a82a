"""Talks to the API: one HTTP call to the running server, or the same application mounted in this process.

A server leaves `server.json` (address, token, process id, DAGs folder; readable by its owner only) in the home folder. A file whose
process is gone was left by a server that was killed, and is passed over.
"""

from __future__ import annotations

import gc
import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote, urlencode, urlsplit

from tradewind.base import errors
from tradewind.base.errors import TradewindError

if TYPE_CHECKING:
    import http.client

    from tradewind.cli.session import Session

__all__ = ["Address", "Client", "ServerUnavailable", "Transport", "open_client", "running_server"]

PAGE = 100
STARTING_S = 2.0


class ServerUnavailable(TradewindError):
    """The server does not answer."""

    code = "server_unavailable"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server is, and the token to show it."""

    url: str
    token: str
    pid: int
    dags_folder: str
    """The folder that it serves; empty: not told."""
    certificate: str = ""
    """File with what it shows of itself by TLS; empty: it speaks without."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: bytes


class Transport(Protocol):
    """A way to send one request."""

    @property
    def has_scheduler(self) -> bool:
        """Whether a scheduler will act on what is asked for."""
        ...

    def send(self, method: str, target: str, body: bytes | None) -> Answer:
        """One request; `target` is the path with its query."""
        ...

    def stream(self, target: str, silence_s: float | None = None) -> Iterator[bytes]:
        """The lines of a long answer, as they come.

        Args:
            target: the path with its query.
            silence_s: how long nothing may come before the connection counts as broken; None: as long as it likes.
        """
        ...

    def find_again(self) -> bool:
        """Look where the server is now; whether it was started anew."""
        ...

    def close(self) -> None:
        """Let go."""
        ...


class Client:
    """The API as calls that return what JSON says, and raise what the server refused."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    @property
    def has_scheduler(self) -> bool:
        """Whether a scheduler will act on what is asked for."""
        return self._transport.has_scheduler

    def get(self, *path: str, **query: Any) -> Any:
        """GET; path parts are quoted, query values of None are left out."""
        return self.call("GET", path, query=query)

    def call(
        self, method: str, path: tuple[str, ...], *, query: Mapping[str, Any] | None = None, body: Any = None
    ) -> Any:
        """One request.

        Raises:
            TradewindError: what the server answered, as the error that it was there.
        """
        content = None if body is None else json.dumps(body).encode()
        answer = self._transport.send(method, target(path, query or {}), content)
        if answer.status >= 400:
            raise _refusal(answer)
        return json.loads(answer.body) if answer.body else None

    def all(self, key: str, *path: str, **query: Any) -> Iterator[dict[str, Any]]:
        """All entries of a list, page after page."""
        offset = 0
        while True:
            page = self.get(*path, **query, limit=PAGE, offset=offset)
            yield from page[key]
            offset += len(page[key])
            if not page[key] or offset >= page["total_entries"]:
                return

    def lines(self, *path: str, **query: Any) -> Iterator[Any]:
        """The objects of a stream of JSON lines, as they come."""
        for line in self._transport.stream(target(path, query)):
            if line.strip():
                yield json.loads(line)

    def raw_lines(self, *path: str, silence_s: float | None = None, **query: Any) -> Iterator[bytes]:
        """The lines of a long answer, as they come; see `Transport.stream`."""
        return self._transport.stream(target(path, query), silence_s)

    def find_again(self) -> bool:
        """Look where the server is now; whether it was started anew."""
        return self._transport.find_again()

    def close(self) -> None:
        """Let go of the connection or the application."""
        self._transport.close()


def target(path: tuple[str, ...], query: Mapping[str, Any]) -> str:
    """Path and query of a request under `/api/v2`, or under the first part where that begins with a slash."""
    given = {
        name: str(value).lower() if isinstance(value, bool) else value
        for name, value in query.items()
        if value is not None
    }
    base, path = (path[0], path[1:]) if path[0].startswith("/") else ("/api/v2", path)
    parts = "/".join(quote(part, safe="") for part in path)
    return f"{base}/{parts}" + (f"?{urlencode(given, doseq=True)}" if given else "")


def open_client(session: Session) -> Client:
    """The server's client where one runs on this home, else the application in this process."""
    server = running_server(session.settings.home)
    if server is not None:
        return Client(HttpTransport(server, session.settings.home))
    # The application's modules make a lot of objects that live as long as the command: looking for garbage among them
    # again and again would be a tenth of the time that it takes.
    gc.disable()
    try:
        from tradewind.cli.in_process import InProcess

        return Client(InProcess(session.settings, session.database))
    finally:
        gc.enable()


def running_server(home: Path) -> Address | None:
    """The server that runs on this home; None: there is none.

    Raises:
        ServerUnavailable: its file is there and can't be read.
    """
    file = home / "server.json"
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        server = Address(
            str(content["url"]),
            str(content["token"]),
            int(content["pid"]),
            str(content.get("dags_folder", "")),
            str(content.get("certificate", "")),
        )
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ServerUnavailable(f"{file} can't be read ({error}); if no server runs, delete it") from error
    return server if _lives(server.pid) else None


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class HttpTransport:
    """One connection to the server of a home."""

    has_scheduler = True

    def __init__(self, server: Address, home: Path) -> None:
        self._server = server
        self._home = home

    def find_again(self) -> bool:
        """Look where the server is now; while there is none, the old address counts."""
        before, self._server = self._server, running_server(self._home) or self._server
        return self._server != before

    def send(self, method: str, target: str, body: bytes | None) -> Answer:
        """One request over a connection of its own."""
        import http.client

        connection = self._connect()
        try:
            _await_listener(connection)
            connection.request(method, target, body, self._headers())
            response = connection.getresponse()
            return Answer(response.status, response.read())
        except (OSError, http.client.HTTPException) as error:
            raise self._silent(error) from error
        finally:
            connection.close()

    def stream(self, target: str, silence_s: float | None = None) -> Iterator[bytes]:
        """The lines of a long answer; a server that hangs up, or is silent for too long, does not answer."""
        import http.client

        connection = self._connect(timeout=silence_s)
        try:
            connection.request("GET", target, headers={**self._headers(), "Accept": "application/x-ndjson"})
            response = connection.getresponse()
            if response.status >= 400:
                raise _refusal(Answer(response.status, response.read()))
            yield from response
        except (OSError, http.client.HTTPException) as error:
            raise self._silent(error) from error
        finally:
            connection.close()

    def close(self) -> None:
        """Nothing is kept open."""

    def _connect(self, timeout: float | None = 30.0) -> Any:
        import http.client

        parts = urlsplit(self._server.url)
        host = parts.hostname or "127.0.0.1"
        if parts.scheme != "https":
            return http.client.HTTPConnection(host, parts.port, timeout=timeout)
        from tradewind.cli.pinned import PinnedConnection

        return PinnedConnection(host, parts.port, timeout=timeout, certificate=Path(self._server.certificate))

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._server.token}", "Content-Type": "application/json"}

    def _silent(self, error: Exception) -> ServerUnavailable:
        return ServerUnavailable(
            f"the server at {self._server.url} (process {self._server.pid}) does not answer: {error}; see its log, or stop it",
            url=self._server.url,
        )


def _await_listener(connection: http.client.HTTPConnection) -> None:
    """Connect; a server that has just left its address may need a moment until it listens."""
    until = time.monotonic() + STARTING_S
    while True:
        try:
            connection.connect()
        except ConnectionRefusedError:
            if time.monotonic() >= until:
                raise
            time.sleep(0.02)
        else:
            return


def _all_errors() -> dict[str, type[TradewindError]]:
    found = (getattr(errors, name) for name in errors.__all__)
    return {kind.code: kind for kind in found}


def _refusal(answer: Answer) -> TradewindError:
    """The error that a refused request stands for."""
    try:
        content = json.loads(answer.body)
        detail = content["detail"]
    except (ValueError, KeyError, TypeError):
        return TradewindError(f"the server answered {answer.status}: {answer.body[:200].decode(errors='replace')}")
    if isinstance(detail, list):  # what FastAPI says about a request that does not fit
        places = (f"{'.'.join(str(part) for part in item.get('loc', ()))}: {item.get('msg')}" for item in detail)
        return errors.InvalidInput("; ".join(places))
    kinds: dict[int, type[TradewindError]] = {
        401: errors.Unauthenticated, 403: errors.Forbidden, 404: errors.NotFound, 409: errors.Conflict, 422: errors.InvalidInput,
    }  # fmt: skip
    kind = _all_errors().get(content.get("code", ""), kinds.get(answer.status, TradewindError))
    return kind(str(detail), **content.get("facts", {}))
