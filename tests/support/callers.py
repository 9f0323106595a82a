"""Callers whose tokens are bound: to scopes, to a workspace, to a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from support.api import Answer, Api

__all__ = ["Caller", "bound"]


class Caller:
    """Sends requests with one token."""

    def __init__(self, api: Api, token: str) -> None:
        self.api = api
        self.token = token

    def send(self, method: str, path: str, body: Any = None, **query: Any) -> Answer:
        headers = {"authorization": f"Bearer {self.token}"}
        return self.api.send(method, path, body, role=None, headers=headers, **query)

    def get(self, path: str, **query: Any) -> Answer:
        return self.send("GET", path, **query)


def bound(
    api: Api, *scopes: str, role: str = "admin", workspace: str = "*", more: Sequence[str] = (), name: str = ""
) -> Caller:
    """A caller with a token of this role's user that has these scopes."""
    wanted = [*scopes, *more]
    body = {
        "name": name or f"{' '.join(wanted)} in {workspace} of {role}"[:200],
        "scopes": wanted or None,
        "workspace": workspace,
        "expires_in": 3600,
    }
    return Caller(api, api.post("//auth/tokens", body, role=role).ok(201)["token"])
