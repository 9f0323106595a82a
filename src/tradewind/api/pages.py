"""Serves the web UI: one page, whose script draws what its address asks for, and the files that the page needs.

The files are built from `ui/` into the folder `static` beside this module (`make ui`; the wheel has them). Each has a hash of
its content in its name, so a browser keeps it for good; the page itself is asked for anew each time. It is the same for all
addresses, but for the names of the files that each will need: the browser asks for them at once.
"""

from __future__ import annotations

import json
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["BUILT", "Pages"]

BUILT = Path(__file__).parent / "static"
FILES = "/static/"
ELSEWHERE = ("/api", "/auth", "/execution", "/docs", "/redoc", "/openapi.json")
"""Paths that are never pages, whatever the caller takes."""
FOR_GOOD = "public, max-age=31536000, immutable"
ANEW = "no-cache"
INDEX = "index.html"
ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
UNBUILT = """<!doctype html><html lang="en"><title>Tradewind</title><meta name="viewport" content="width=device-width">
<body style="font: 15px/1.5 system-ui; max-width: 40em; margin: 4em auto; padding: 0 1em">
<h1>Tradewind runs, without its pages</h1>
<p>This installation was made from a checkout in which the web UI has not been built. <code>make ui</code> builds it; wheels
carry it.</p><p>The <a href="/docs">API</a> and the command line work as they are.</p>"""


@dataclass(frozen=True, slots=True)
class _Served:
    body: bytes
    headers: dict[str, str]


class Pages:
    """Middleware that answers for pages and their files, and passes all else on."""

    def __init__(self, app: ASGIApp, built: Path = BUILT) -> None:
        self._app = app
        self._built = built.resolve()
        self._kept: dict[tuple[str, str], _Served] = {}
        self._addresses = _Addresses(self._built)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
            await self._app(scope, receive, send)
            return
        path, headers = str(scope["path"]), Headers(scope=scope)
        if path.startswith(FILES):
            served = self._file(path[1:], headers.get("accept-encoding", ""))
            answer = Response(served.body, headers=served.headers) if served else None
        else:
            answer = self._page(path, headers) if _is_page(path, headers) else None
        if answer is None:
            await self._app(scope, receive, send)
            return
        if scope["method"] == "HEAD":
            answer.body = b""  # the length of what GET would bring stays in the headers
        await answer(scope, receive, send)

    def _page(self, path: str, headers: Headers) -> Response:
        takes = headers.get("accept-encoding", "")
        served = self._file(self._addresses.file_of(path), takes) or self._file(INDEX, takes)
        if served is None:
            return HTMLResponse(UNBUILT, headers={"Cache-Control": ANEW})
        return Response(served.body, headers=served.headers)

    def _file(self, name: str, takes: str) -> _Served | None:
        """A file of the UI, in the best encoding that there is of it; only what was built can be had, by one name each: what
        was read is kept."""
        for encoding, ending in (*ENCODINGS, ("", "")):
            if encoding and encoding not in takes:
                continue
            found = self._kept.get((name, encoding)) or self._read(name, encoding, ending)
            if found is not None:
                return found
        return None

    def _read(self, name: str, encoding: str, ending: str) -> _Served | None:
        file = self._built / (name + ending)
        try:
            if str(file.resolve()) != f"{self._built}/{name}{ending}" or not file.is_file():
                return None
        except (OSError, ValueError):  # no file can have this name
            return None
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        headers = {
            "Content-Type": f"{kind}; charset=utf-8" if kind.startswith("text/") else kind,
            "Cache-Control": ANEW if name.endswith(".html") or "-" not in Path(name).name else FOR_GOOD,
            "Vary": "Accept-Encoding",
        }
        if encoding:
            headers["Content-Encoding"] = encoding
        served = _Served(file.read_bytes(), headers)
        if not name.endswith(".html"):  # whoever works on the UI builds it anew under a running server
            self._kept[name, encoding] = served
        return served


class _Addresses:
    """Which file is the page of which address, as the build wrote it down."""

    def __init__(self, built: Path) -> None:
        self._file = built / "pages.json"
        self._written = 0
        self._known: dict[tuple[str, ...], str] = {}

    def file_of(self, path: str) -> str:
        """The file for an address; of one that has none of its own, what all pages begin with."""
        self._look()
        parts = _below(path).strip("/").split("/")
        for wanted, file in self._known.items():
            if len(wanted) == len(parts) and all(a == b or a[:1] == "$" for a, b in zip(wanted, parts, strict=True)):
                return file
        return INDEX

    def _look(self) -> None:
        """Read the list anew when it has been built anew."""
        try:
            written = self._file.stat().st_mtime_ns
        except FileNotFoundError:
            self._known = {}
            return
        if written != self._written:
            known: dict[str, str] = json.loads(self._file.read_bytes())
            self._known = {tuple(address.strip("/").split("/")): file for address, file in known.items()}
            self._written = written


def _below(path: str) -> str:
    """A path as it is within its workspace."""
    return "/" + path.removeprefix("/w/").partition("/")[2] if path.startswith("/w/") else path


def _is_page(path: str, headers: Headers) -> bool:
    """Whether a browser asks for a page: not a script for data, and not below what belongs to the API."""
    if path == "/":
        return True
    below = _below(path)
    is_elsewhere = any(below == one or below.startswith(f"{one}/") for one in ELSEWHERE)
    return not is_elsewhere and "text/html" in headers.get("accept", "")
