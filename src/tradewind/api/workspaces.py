"""Which workspace a request speaks for: ``/api/v2`` for `default`, ``/w/NAME/api/v2`` for the others."""

from __future__ import annotations

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["WORKSPACE", "Workspaces", "workspace_of"]

WORKSPACE = "default"
"""The workspace that ``/api/v2`` speaks for."""
KEY = "tradewind.workspace"
OPENING = "/w/"
UNDER_IT = ("api/v2/", "auth/")
"""What there is of each workspace."""


def workspace_of(request: HTTPConnection) -> str:
    """The workspace that a request speaks for. Whether there is one of that name is for `May` to say."""
    return request.scope.get(KEY, WORKSPACE)


class Workspaces:
    """Takes the workspace off the path, so that each route exists once."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope.get("path", "")
        if path.startswith(OPENING):
            name, slash, rest = path.removeprefix(OPENING).partition("/")
            if name and slash and rest.startswith(UNDER_IT):
                scope = {**scope, KEY: name, "path": f"/{rest}"}
                raw: bytes | None = scope.get("raw_path")
                if raw is not None:
                    scope["raw_path"] = b"/" + raw.removeprefix(OPENING.encode()).partition(b"/")[2]
        await self._app(scope, receive, send)
