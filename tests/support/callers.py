"""Callers with roles of their own, or with tokens that are bound to scopes or a workspace."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from support.api import Answer, Api
from tradewind.base.ids import UuidSource
from tradewind.db import users

__all__ = ["Caller", "bound", "user"]


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


def bound(api: Api, *scopes: str, role: str = "admin", workspace: str = "*", name: str = "") -> Caller:
    """A caller with a token of this role's user that has these scopes."""
    body = {
        "name": name or f"{' '.join(scopes)} in {workspace} of {role}"[:200],
        "scopes": list(scopes) or None,
        "workspace": workspace,
        "expires_in": 3600,
    }
    return Caller(api, api.post("//auth/tokens", body, role=role).ok(201)["token"])


def user(api: Api, name: str, *held: str, workspace: str = "*") -> Caller:
    """A user with roles, and a token of theirs."""
    now = datetime.now(UTC)
    with api.database.write() as tx:
        holdings = tuple(users.Holding(role, workspace) for role in held)
        users.add_user(tx, users.UserRecord(username=name, password_hash=None, created_at=now, roles=holdings))
    sessions = api.app.state.desk.sessions
    return Caller(api, sessions.tokens.mint(name, UuidSource().new(), now, 600))
