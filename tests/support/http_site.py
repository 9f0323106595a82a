"""A web site that answers as a test says and remembers what it was asked, on a port of its own: the other side of a wire."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

__all__ = ["Answer", "Asked", "Site", "web_site"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, as it came."""

    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)

    def form(self) -> dict[str, str]:
        """The fields of a form that was posted."""
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the site says: a dict or list is sent as JSON."""

    body: Any = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Says = Callable[[Asked], Answer]


class Site(ThreadingHTTPServer):
    """Answers by method and path; what nobody has answered for is a 404."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[Asked] = []
        self._answers: dict[tuple[str, str], Says] = {}

    @property
    def port(self) -> int:
        """Where it listens."""
        return self.server_address[1]

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def says(self, method: str, path: str, answer: Answer | Says) -> None:
        """Answer these requests so, from now on."""
        self._answers[method, path] = answer if callable(answer) else lambda _: answer

    def to(self, path: str) -> list[Asked]:
        """What was asked of a path."""
        return [one for one in list(self.asked) if one.path == path]

    def answer(self, asked: Asked) -> Answer:
        """What to say to a request."""
        self.asked.append(asked)
        found = self._answers.get((asked.method, asked.path))
        return found(asked) if found else Answer({"error": "no such page"}, 404)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _serve(self) -> None:
        site = self.server
        assert isinstance(site, Site)
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        answer = site.answer(Asked(self.command, parts.path, query, dict(self.headers.items()), body))
        is_text = isinstance(answer.body, str)
        data = answer.body.encode() if is_text else json.dumps(answer.body).encode()
        kind = {"Content-Type": "text/plain; charset=utf-8" if is_text else "application/json"}
        self.send_response(answer.status)
        for name, value in {**kind, **answer.headers, "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _serve  # noqa: N815 - the names http.server calls

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def web_site() -> Generator[Site]:
    """A site of no pages."""
    with Site() as site:
        thread = threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield site
        finally:
            site.shutdown()
            thread.join()
