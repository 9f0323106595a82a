"""The one who asks: who that is, how they were recognised, and what they may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tradewind.base.policy import BUILT_IN, Held, Rights

__all__ = ["Actor", "Via", "in_role"]

Via = Literal["token", "session", "proxy", "process"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """The one who asks."""

    username: str
    rights: Rights
    """In the workspace that the request speaks for."""
    kind: Literal["person", "service"] = "person"
    token_id: str = ""
    """Of the token, or of the session; empty where there is none."""
    expires_at: float = float("inf")
    """Unix time in seconds at which the token or session ends."""
    via: Via = "token"
    workspace: str = "*"
    """The one that the token is bound to; ``*``: to none."""

    @property
    def is_scoped(self) -> bool:
        """Whether the token is bound to scopes or to one workspace, and so is less than the user."""
        return self.rights.scopes is not None or self.workspace != "*"


def in_role(username: str, role: str) -> Actor:
    """Somebody who is no user but acts in a built-in role: the owner of the process, a signed webhook."""
    return Actor(
        username=username, rights=Rights(username, [Held(grant, role) for grant in BUILT_IN[role]]), via="process"
    )
