"""The first to see a request and the last to see its answer, whatever comes between: also of errors and of bugs.

Each request has an id. One for a host that nobody calls this server by is refused: a page of another site can have a name
that points here, and a browser would take what the server says to be that page's own. Each answer says what a browser may do
with it.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tradewind.api.auth.addresses import Network, is_secure, networks
from tradewind.api.problems import REQUEST_ID, problem
from tradewind.base.api_settings import ApiSettings
from tradewind.base.errors import InvalidInput
from tradewind.base.hosts import address_of, is_local, name_of
from tradewind.base.ids import IdSource

__all__ = ["Front", "Hosts", "docs_policy", "with_cors"]

LONGEST_URL = 16 * 1024
NEVER_KEPT = ("/api/", "/auth/", "/w/", "/execution/")
"""What lies below these is about somebody, or secret: no cache keeps it unless the route says so."""
PAGE_POLICY = (
    b"default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    b"worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""Of pages: everything comes from here, and nobody shows them in a frame."""
SCRIPTS_OF_DOCS = "https://cdn.jsdelivr.net"
DOCS_POLICY = (
    "default-src 'none'; script-src {scripts}; style-src 'unsafe-inline' {origin}; img-src 'self' data: https:; "
    "font-src {origin} data:; connect-src 'self'; worker-src blob:; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
INLINE_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
DATA_POLICY = b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
"""Of data, which a browser has no reason to draw."""
ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
ID_FROM_OUTSIDE = re.compile(rb"[A-Za-z0-9._-]{8,64}")
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
HEADERS = ("authorization", "content-type", "x-csrf-token", "x-seen-change")
EXPOSED = ("X-Request-Id", "Retry-After", "Location", "Content-Disposition")


class Front:
    """Middleware around everything else, the answers to bugs included."""

    def __init__(self, app: ASGIApp, settings: ApiSettings, ids: IdSource) -> None:
        self._app = with_cors(app, settings)
        self._ids = ids
        self._hosts = Hosts(settings)
        self._proxies = networks(settings.trusted_proxies, "api.trusted_proxies")
        self._hsts = f"max-age={settings.hsts_s}".encode() if settings.hsts_s > 0 else b""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        host, given = _told(scope)
        request_id = given if given and ID_FROM_OUTSIDE.fullmatch(given) else self._ids.new().encode()
        scope[REQUEST_ID] = request_id.decode()
        is_kept = not str(scope["path"]).startswith(NEVER_KEPT)
        # A name of this machine means other servers on other machines: it is not for this one to bind it to https.
        says_hsts = bool(self._hsts) and not is_local(host or "") and _is_https(scope, self._proxies)

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._dress(message, request_id, is_kept=is_kept, says_hsts=says_hsts)
            await send(message)

        if host is None or not self._hosts.allow(host):
            words = "the request names no host, or several" if host is None else _unknown(host)
            await problem(400 if host is None else 421, words, "host")(scope, receive, dressed)
            return
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > LONGEST_URL:
            await problem(414, f"the address is longer than {LONGEST_URL} bytes", "too_long")(scope, receive, dressed)
            return
        await self._app(scope, receive, dressed)

    def _dress(self, message: Message, request_id: bytes, *, is_kept: bool, says_hsts: bool) -> None:
        headers: list[tuple[bytes, bytes]] = list(message.get("headers", ()))
        there = {name.lower(): value for name, value in headers}
        wanted = [(b"x-request-id", request_id), *ALWAYS]
        is_page = there.get(b"content-type", b"").startswith(b"text/html")
        wanted.append((b"content-security-policy", PAGE_POLICY if is_page else DATA_POLICY))
        if not is_kept:
            wanted.append((b"cache-control", b"no-store"))
        if says_hsts:
            wanted.append((b"strict-transport-security", self._hsts))
        message["headers"] = headers + [pair for pair in wanted if pair[0] not in there]


def docs_policy(html: str) -> str:
    """The policy of a page of the documentation: its own script and those of the place it gets them from may run."""
    own = [f"'sha256-{b64encode(sha256(one.encode()).digest()).decode()}'" for one in INLINE_SCRIPT.findall(html)]
    return DOCS_POLICY.format(scripts=" ".join([SCRIPTS_OF_DOCS, *own]), origin=SCRIPTS_OF_DOCS)


class Hosts:
    """The names that this server may be asked for by."""

    def __init__(self, settings: ApiSettings) -> None:
        given = {one.strip().lower().rstrip(".") for one in settings.allowed_hosts.split(",")} - {""}
        self._is_any = "*" in given or (not given and not is_local(settings.host))
        self._names = {one for one in given if not one.startswith("*.")}
        self._ends = tuple(one[1:] for one in given if one.startswith("*."))
        base = urlsplit(settings.base_url).hostname if settings.base_url else None
        self._names |= {"localhost", *([base.lower()] if base else [])}

    def allow(self, host: str) -> bool:
        """Whether this `Host` is one of them; an IP address always is, as no name leads there."""
        if self._is_any or not host:  # no browser leaves it out
            return True
        name = name_of(host)
        return name in self._names or name.endswith((".localhost", *self._ends)) or address_of(name) is not None


def with_cors(app: ASGIApp, settings: ApiSettings) -> ASGIApp:
    """The application for pages of the origins that the settings name; itself where they name none.

    Raises:
        InvalidInput: one of them is no origin.
    """
    origins = _words(settings.access_control_allow_origins)
    if not origins:
        return app
    for origin in origins:
        parts = urlsplit(origin)
        is_origin = parts.scheme in ("http", "https") and parts.netloc and origin == f"{parts.scheme}://{parts.netloc}"
        if origin != "*" and not is_origin:
            raise InvalidInput(
                f"api.access_control_allow_origins: {origin!r} is no origin such as https://ops.example.com (no path, no "
                "slash at its end)",
                name="api.access_control_allow_origins",
            )
    from starlette.middleware.cors import CORSMiddleware  # noqa: PLC0415 - few have pages elsewhere

    return CORSMiddleware(
        app,
        allow_origins=origins,
        allow_methods=[one.upper() for one in _words(settings.access_control_allow_methods)] or METHODS,
        allow_headers=_words(settings.access_control_allow_headers) or HEADERS,
        # Any page of any site with a user's cookies would be that user.
        allow_credentials="*" not in origins,
        expose_headers=EXPOSED,
        max_age=600,
    )


def _told(scope: Scope) -> tuple[str | None, bytes | None]:
    """The host and the id that a request names. Without a host: empty, as HTTP/1.0 has it; None: it says several."""
    hosts: list[bytes] = []
    request_id = None
    for name, value in scope["headers"]:
        if name == b"host":
            hosts.append(value)
        elif name == b"x-request-id":
            request_id = value
    if len(hosts) > 1:
        return None, request_id
    return (hosts[0].decode("latin-1") if hosts else ""), request_id


def _unknown(host: str) -> str:
    return (
        f"this server is not called {name_of(host)[:100]!r}; if it is meant to be, name it in api.allowed_hosts, or set "
        "api.base_url"
    )


def _is_https(scope: Scope, proxies: Sequence[Network]) -> bool:
    return scope.get("scheme") == "https" or (bool(proxies) and is_secure(HTTPConnection(scope), proxies))


def _words(text: str) -> list[str]:
    return text.replace(",", " ").split()
