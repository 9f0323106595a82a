"""From a request's token to the one who asks; and from a name and password to a token."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from tradewind.api.auth.roles import Role
from tradewind.api.auth.tokens import Claims, Tokens
from tradewind.api.services import ApiServices
from tradewind.base.errors import Unauthenticated
from tradewind.db import passwords, users
from tradewind.db.engine import Tx

__all__ = ["Actor", "Sessions"]

T = TypeVar("T")
InDb = Callable[[Callable[[Tx], T]], Awaitable[T]]

TRUST_S = 5.0
"""How long a user's role, and that the token was not revoked, is believed without looking again."""


@dataclass(frozen=True, slots=True)
class Actor:
    """The one who asks."""

    username: str
    role: Role
    token_id: str
    expires_at: float
    """Unix time in seconds at which the token ends."""


class Sessions:
    """Logs people in and recognises them."""

    def __init__(self, services: ApiServices) -> None:
        self._services = services
        self.tokens = Tokens(services.signing_key)
        self._known: dict[str, tuple[float, Actor]] = {}
        self._hashing = ThreadPoolExecutor(max_workers=2, thread_name_prefix="passwords")
        self._decoy: str | None = None

    def close(self) -> None:
        """Let the password threads go."""
        self._hashing.shutdown(wait=False)

    async def actor(self, authorization: str | None, read: InDb[Actor]) -> Actor:
        """Who this header names.

        Raises:
            Unauthenticated: no token, or one that is not valid, revoked, or of a user who is gone.
        """
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated("Not authenticated: send `Authorization: Bearer TOKEN`; POST /auth/token gives one")
        claims = self.tokens.verify(token.strip(), self._services.clock.now())
        moment = self._services.clock.monotonic()
        known = self._known.get(claims.token_id)
        if known is not None and moment - known[0] < TRUST_S:
            return known[1]
        actor = await read(partial(_look_up, claims))
        if len(self._known) > 4096:
            self._known.clear()
        self._known[claims.token_id] = (moment, actor)
        return actor

    def forget(self, actor: Actor) -> None:
        """Look again at the next request, because the token was revoked."""
        self._known.pop(actor.token_id, None)

    async def log_in(self, username: str, password: str, ttl_s: int, read: InDb[str | None]) -> str:
        """A token for the user whose password this is. An unknown name takes as long as a wrong password.

        Raises:
            Unauthenticated: the name or the password is wrong.
        """
        stored = await read(partial(_password_hash, username))
        loop = asyncio.get_running_loop()
        if not await loop.run_in_executor(self._hashing, self._matches, password, stored):
            raise Unauthenticated("Invalid credentials")
        now = self._services.clock.now()
        return self.tokens.mint(username, self._services.ids.new(), now, ttl_s)

    def _matches(self, password: str, stored: str | None) -> bool:
        if stored is not None:
            return passwords.verify(password, stored)
        if self._decoy is None:
            self._decoy = passwords.hash_password("nobody has this password")
        passwords.verify(password, self._decoy)
        return False


def _password_hash(username: str, tx: Tx) -> str | None:
    user = users.find(tx, username)
    return user.password_hash if user is not None and user.is_active else None


def _look_up(claims: Claims, tx: Tx) -> Actor:
    user = users.find(tx, claims.username)
    if user is None or not user.is_active:
        raise Unauthenticated(f"the user {claims.username!r} of this token is gone")
    if users.is_revoked(tx, claims.token_id):
        raise Unauthenticated("this token was revoked; get a new one at POST /auth/token")
    return Actor(user.username, Role.named(user.role), claims.token_id, claims.expires_at)
