"""Who sends a large body must be known before it is read, and may send no more than what they are allowed to do can take:
to take a body apart holds up everybody else, for seconds where it is as large as bodies may be.

The framework reads a body, and makes objects of its JSON, before it asks a route who the caller is.
"""

from __future__ import annotations

import re

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tradewind.api.problems import TooLarge, problem, status_of
from tradewind.api.workspaces import workspace_of
from tradewind.base.errors import TradewindError
from tradewind.base.policy import Resource, Rights

__all__ = ["LARGEST", "SMALL", "KnownFirst"]

SMALL = 64 * 1024
"""Bytes of a body that anybody may send; it is taken apart within milliseconds."""
LARGEST = 1024 * 1024
"""Bytes of a body for most routes, from who may change something: 50 milliseconds at worst."""
BELOW = ("/api/v2/", "/auth/")
OPEN = ("/api/v2/assets/webhooks/", "/auth/token", "/auth/login")
"""What anybody may send something to reads no more than it needs. `/auth/tokens` is looked at first, too."""
OF_ANY_SIZE: tuple[tuple[re.Pattern[str], Resource], ...] = (
    (re.compile(r"/api/v2/variables(/|$)"), "variable"),
    (re.compile(r"/api/v2/connections(/|$)"), "connection"),
    (re.compile(r"/api/v2/pools(/|$)"), "pool"),
    (re.compile(r"/api/v2/dags/[^/]+/dagRuns/[^/]+/taskInstances/[^/]+/xcomEntries(/|$)"), "xcom"),
)
"""Where whole lists arrive, or values of whatever size: as large as `api.max_body_mb` from who may make or change them."""
ONES_OWN = ("favorite", "token")
"""What everybody may change, and takes no more than names."""

UNKNOWN = float("inf")


class KnownFirst:
    """Middleware inside of that for workspaces."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = str(scope.get("path", ""))
        if scope["type"] != "http" or not _asks(path) or (announced := _announced(scope)) <= SMALL:
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        desk = request.app.state.desk
        try:
            actor = await desk.sessions.actor(request, desk, workspace_of(request))
            most = _most(path, actor.rights)
            if most is not None and announced != UNKNOWN and announced > most:
                raise TooLarge(_refusal(most), limit=most)
        except TradewindError as error:
            refusal = problem(status_of(error), error.message, error.code, error.facts)
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive if most is None else _counted(receive, most), send)


def _asks(path: str) -> bool:
    return path.startswith(BELOW) and (not path.startswith(OPEN) or path.startswith("/auth/tokens"))


def _announced(scope: Scope) -> float:
    """The bytes of the body; infinitely many where nobody says."""
    length = 0.0
    for name, value in scope["headers"]:
        if name == b"content-length":
            length = max(length, int(value) if value.isdigit() else UNKNOWN)
        elif name == b"transfer-encoding":
            length = UNKNOWN
    return length


def _most(path: str, rights: Rights) -> int | None:
    """How many bytes somebody may send there; None: as many as anybody may."""
    for pattern, resource in OF_ANY_SIZE:
        if pattern.match(path) and any(rights.decide(action, resource).allowed for action in ("create", "edit")):
            return None
    mine = (one.grant for one in rights.held)
    scopes = rights.scopes
    changes = any(grant.action != "read" and grant.resource not in ONES_OWN for grant in mine)
    if changes and scopes is not None:
        changes = any(scope.action != "read" and scope.resource not in ONES_OWN for scope in scopes)
    return LARGEST if changes else SMALL


def _refusal(most: int) -> str:
    return f"the request body is larger than {most} bytes, which is the most that you may send here"


def _counted(receive: Receive, most: int) -> Receive:
    received = 0

    async def counted() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > most:
            # not one of ours: the framework turns any other error while reading a body into a 400
            raise HTTPException(413, _refusal(most))
        return message

    return counted
