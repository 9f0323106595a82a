"""How the client asks: one request, an answer as JSON, bytes, lines, or events that go on where they stopped."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self
from urllib.parse import quote, urlencode

import urllib3

from tradewind.base.errors import TradewindError

__all__ = ["ApiError", "Http"]

DEFAULT_WORKSPACE = "default"
RESOURCES = "/api/v2"
CHUNK = 65536


class ApiError(TradewindError):
    """The server refused, or could not be asked.

    `status` is the answer's, 0 where there was none; `facts` are those that the server told.
    """

    code = "api"

    def __init__(self, status: int, message: str, **facts: object) -> None:
        super().__init__(message, **facts)
        self.status = status


class Http:
    """Requests to one server, as one caller.

    Args:
        url: such as ``http://127.0.0.1:8080``.
        token: who asks; `create_token` gives one. None: nobody.
        workspace: which workspace paths under `/api/v2` speak for.
        timeout_s: how long the server may be silent.
        pool: connections to use, for TLS settings or a proxy.
    """

    def __init__(
        self,
        url: str,
        token: str | None = None,
        *,
        workspace: str = DEFAULT_WORKSPACE,
        timeout_s: float = 30.0,
        pool: urllib3.PoolManager | None = None,
    ) -> None:
        self.url = url.rstrip("/")
        self.token = token
        self.workspace = workspace
        self.timeout_s = timeout_s
        self._pool = pool or urllib3.PoolManager(retries=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let the connections go."""
        self._pool.clear()

    def _json(
        self, method: str, path: str, names: Mapping[str, object], query: Mapping[str, Any], body: object = None
    ) -> Any:
        with self._answer(method, path, names, query, body) as answer:
            content = answer.read()
        return json.loads(content) if content else None

    def _bytes(self, method: str, path: str, names: Mapping[str, object], query: Mapping[str, Any]) -> bytes:
        with self._answer(method, path, names, query, accept="*/*") as answer:
            return answer.read()

    def _lines(self, method: str, path: str, names: Mapping[str, object], query: Mapping[str, Any]) -> Iterator[Any]:
        """The objects of a stream of JSON lines."""
        with self._answer(method, path, names, query, accept="application/x-ndjson") as answer:
            for line in _lines_of(answer):
                if line.strip():
                    yield json.loads(line)

    def _events(self, method: str, path: str, names: Mapping[str, object], query: Mapping[str, Any]) -> Iterator[Any]:
        """The events of a stream without end, or of what there is, for one that is not to `follow`. Where the connection
        breaks, it is asked again for what came after."""
        last: str | None = None
        is_followed = query.get("follow") is not False
        while True:
            more = {} if last is None else {"Last-Event-ID": last}
            try:
                with self._answer(method, path, names, query, accept="text/event-stream", more=more) as answer:
                    data: list[str] = []
                    for line in _lines_of(answer):
                        field, _, value = line.partition(":")
                        value = value.removeprefix(" ")
                        if field == "id":
                            last = value
                        elif field == "data":
                            data.append(value)
                        elif not line and data:
                            yield json.loads("\n".join(data))
                            data = []
            except urllib3.exceptions.HTTPError:
                if last is None:
                    raise
            else:
                if not is_followed:
                    return

    @contextmanager
    def _answer(
        self,
        method: str,
        path: str,
        names: Mapping[str, object],
        query: Mapping[str, Any],
        body: object = None,
        *,
        accept: str = "application/json",
        more: Mapping[str, str] | None = None,
    ) -> Iterator[urllib3.BaseHTTPResponse]:
        headers = {"Accept": accept, **(more or {})}
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token}"
        content = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            content = json.dumps(body).encode()
        address = self._address(path, names, query)
        try:
            answer = self._pool.request(
                method, address, body=content, headers=headers, timeout=self.timeout_s, preload_content=False
            )
        except urllib3.exceptions.HTTPError as error:
            raise ApiError(0, f"{self.url} does not answer: {error}") from error
        try:
            if answer.status >= 400:
                raise _refusal(answer.status, answer.read())
            yield answer
        finally:
            answer.close()  # where it was read to its end, the connection has been given back before
            answer.release_conn()

    def _address(self, path: str, names: Mapping[str, object], query: Mapping[str, Any]) -> str:
        where = path.format_map({name: quote(str(value), safe="") for name, value in names.items()})
        prefix = ""
        if self.workspace != DEFAULT_WORKSPACE and path.startswith(RESOURCES):
            prefix = f"/w/{quote(self.workspace, safe='')}"
        given = {
            name: str(value).lower() if isinstance(value, bool) else value
            for name, value in query.items()
            if value is not None
        }
        return f"{self.url}{prefix}{where}" + (f"?{urlencode(given, doseq=True)}" if given else "")


def _refusal(status: int, content: bytes) -> ApiError:
    try:
        problem = json.loads(content)
    except ValueError:
        return ApiError(status, content.decode(errors="replace") or f"the server answered {status}")
    detail = problem.get("detail") if isinstance(problem, dict) else problem
    facts = problem.get("facts", {}) if isinstance(problem, dict) else {}
    sentence = detail if isinstance(detail, str) else json.dumps(detail)
    return ApiError(status, sentence, **{str(name): value for name, value in facts.items()})


def _lines_of(answer: urllib3.BaseHTTPResponse) -> Iterator[str]:
    """Each line as soon as it is there, without its end."""
    kept = b""
    while chunk := answer.read1(CHUNK):
        *lines, kept = (kept + chunk).split(b"\n")
        for line in lines:
            yield line.decode().removesuffix("\r")
    if kept:
        yield kept.decode()
