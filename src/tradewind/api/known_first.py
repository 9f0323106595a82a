"""Who sends a large body must be known before it is read: to take one apart holds up everybody else for seconds.

The framework reads a body, and makes objects of its JSON, before it asks a route who the caller is.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from tradewind.api.problems import problem, status_of
from tradewind.api.workspaces import workspace_of
from tradewind.base.errors import TradewindError

__all__ = ["KnownFirst"]

SMALL = 64 * 1024
"""Bytes of a body that anybody may send; it is taken apart within milliseconds."""
BELOW = ("/api/v2/", "/auth/")
OPEN = ("/api/v2/assets/webhooks/", "/auth/token", "/auth/login")
"""What anybody may send something to reads no more than it needs. `/auth/tokens` is looked at first, too."""


class KnownFirst:
    """Middleware inside of that for workspaces."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _asks(str(scope["path"])) and _is_large(scope):
            request = Request(scope)
            desk = request.app.state.desk
            try:
                await desk.sessions.actor(request, desk, workspace_of(request))
            except TradewindError as error:
                refusal = problem(status_of(error), error.message, error.code, error.facts)
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _asks(path: str) -> bool:
    return path.startswith(BELOW) and (not path.startswith(OPEN) or path.startswith("/auth/tokens"))


def _is_large(scope: Scope) -> bool:
    """Whether a body is announced that is large, or whose length nobody says."""
    for name, value in scope["headers"]:
        if name == b"content-length" and (not value.isdigit() or int(value) > SMALL):
            return True
        if name == b"transfer-encoding":
            return True
    return False
