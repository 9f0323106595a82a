"""Recognises who sends a request: by token, by a browser's session, or by what a trusted proxy says.

What the database said about somebody is believed for `TRUST_S`, so that a request costs no look-up and a revoked token
still ends within seconds; changes made through this process count at once (`forget`). A session's cookie holds a random
text, the database only its hash; its CSRF token is derived from both with the server's key, so it belongs to that
session alone and need not be stored.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Literal

from starlette.requests import Request

from tradewind.api.auth import addresses, lookups, proxy
from tradewind.api.auth.actor import Actor
from tradewind.api.auth.logins import Logins
from tradewind.api.auth.oidc import Oidc
from tradewind.api.auth.tokens import Tokens
from tradewind.api.auth.ways import Ways
from tradewind.api.services import ApiServices
from tradewind.base.errors import Forbidden, Unauthenticated
from tradewind.db import event_logs, login_sessions, tokens, users
from tradewind.db.engine import Tx

__all__ = ["CSRF_COOKIE", "CSRF_HEADER", "SESSION_COOKIE", "Actor", "Opened", "Sessions"]

TRUST_S = 5.0
"""How long a user's roles, and that a token or session still counts, are believed without looking again."""
SESSION_COOKIE = "tradewind_session"
CSRF_COOKIE = "tradewind_csrf"
CSRF_HEADER = "x-csrf-token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
LONGEST_USER_AGENT = 300


@dataclass(frozen=True, slots=True)
class Opened:
    """A session that was opened."""

    csrf: str
    """What unsafe requests of this session must say in the header `X-CSRF-Token`."""
    expires_at: datetime
    cookies: tuple[str, ...]
    """The values of the `Set-Cookie` headers that give it to the browser."""


class Sessions:
    """Recognises people, and opens and closes their sessions."""

    def __init__(self, services: ApiServices) -> None:
        settings = services.settings
        self._services = services
        self._settings = settings.auth
        self.tokens = Tokens(services.signing_key)
        self.trusted_proxies = addresses.networks(settings.api.trusted_proxies, "api.trusted_proxies")
        self.logins = Logins(services)
        self.oidc = Oidc(services)
        proxy.check(settings.auth, self.trusted_proxies)
        self._known: dict[tuple[str, str], tuple[float, Actor]] = {}
        self._changes = 0
        """Counts what `forget` was told: a look-up that began before a change must not be believed after it."""

    def close(self) -> None:
        """Let the threads of log-ins go."""
        self.logins.close()
        self.oidc.close()

    # -- who asks ----------------------------------------------------------------------------------------------------

    async def actor(self, request: Request, ways: Ways, workspace: str = "default") -> Actor:
        """Who sends this request.

        Raises:
            Unauthenticated: nothing says who it is, or what does is not valid, revoked, over, or of a user who is gone.
            Forbidden: a browser's session without its CSRF token, or a request that a page of another site sent.
        """
        authorization = request.headers.get("authorization")
        if authorization is not None:
            return await self._by_token(authorization, ways, workspace)
        named = proxy.user_of(request, self._settings, self.trusted_proxies)
        if named is not None:
            return await self._by_proxy(request, named, ways, workspace)
        cookie = request.cookies.get(SESSION_COOKIE)
        if cookie:
            return await self._by_session(request, cookie, ways, workspace)
        raise Unauthenticated("Not authenticated: send `Authorization: Bearer TOKEN`; POST /auth/token gives one")

    async def _by_token(self, authorization: str, ways: Ways, workspace: str) -> Actor:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated("Not authenticated: send `Authorization: Bearer TOKEN`; POST /auth/token gives one")
        if self.oidc.takes(token.strip()):
            return await self._by_provider(token.strip(), ways, workspace)
        now = self._services.clock.now()
        claims = self.tokens.verify(token.strip(), now)
        known = self._believed(claims.token_id, workspace, now)
        if known is not None:
            return known
        changes = self._changes
        found = await ways.read(partial(lookups.by_claims, claims, workspace, now))
        if found.use_is_old:
            before = now - timedelta(seconds=lookups.USE_NOTED_S)
            await ways.write(lambda tx: tokens.note_use(tx, claims.token_id, now, before))
        return self._believe(claims.token_id, workspace, found.actor, changes)

    async def _by_provider(self, token: str, ways: Ways, workspace: str) -> Actor:
        key, now = f"oidc:{session_key(token)}", self._services.clock.now()
        known = self._believed(key, workspace, now)
        if known is not None:
            return known
        changes = self._changes
        subject, ends, made = await self.oidc.bearer(token)
        issuer = self.oidc.settings.issuer
        actor = await ways.read(partial(lookups.by_identity, issuer, subject, made, workspace))
        return self._believe(key, workspace, replace(actor, token_id=key, expires_at=ends), changes)

    async def _by_session(self, request: Request, cookie: str, ways: Ways, workspace: str) -> Actor:
        key, now = session_key(cookie), self._services.clock.now()
        if request.method not in SAFE_METHODS:
            said = request.headers.get(CSRF_HEADER, "")
            if not hmac.compare_digest(said.encode(), self.csrf(key).encode()):
                raise Forbidden(
                    f"this request changes something and lacks the header X-CSRF-Token of the session; its value is in the "
                    f"cookie {CSRF_COOKIE}",
                    header=CSRF_HEADER,
                )
        known = self._believed(key, workspace, now)
        if known is not None:
            return known
        changes = self._changes
        idle_since = now - timedelta(seconds=self._settings.session_idle_s)
        found = await ways.read(partial(lookups.by_session, key, workspace, now, idle_since))
        if found.use_is_old:
            before = now - timedelta(seconds=lookups.USE_NOTED_S)
            await ways.write(lambda tx: login_sessions.note_seen(tx, key, now, before))
        return self._believe(key, workspace, found.actor, changes)

    async def _by_proxy(self, request: Request, username: str, ways: Ways, workspace: str) -> Actor:
        if request.method not in SAFE_METHODS:
            addresses.check_same_origin(request, self._services.settings.api.base_url)
        now, key = self._services.clock.now(), f"proxy:{username}"
        known = self._believed(key, workspace, now)
        if known is not None:
            return known
        changes = self._changes
        actor = await ways.read(partial(lookups.by_name, username, workspace))
        if actor is None:
            await proxy.make_user(username, self._services, ways)
            actor = await ways.read(partial(lookups.by_name, username, workspace))
        if actor is None:
            raise Unauthenticated(
                f"the proxy says that {username!r} is asking, and there is no such user; make one with "
                "`tradewind users create`, or set auth.proxy_new_user_role"
            )
        return self._believe(key, workspace, actor, changes)

    def _believed(self, key: str, workspace: str, now: datetime) -> Actor | None:
        known = self._known.get((key, workspace))
        if known is None or self._services.clock.monotonic() - known[0] >= TRUST_S:
            return None
        return known[1] if known[1].expires_at > now.timestamp() else None

    def _believe(self, key: str, workspace: str, actor: Actor, changes: int) -> Actor:
        if changes == self._changes:
            if len(self._known) > 4096:
                self._known.clear()
            self._known[key, workspace] = (self._services.clock.monotonic(), actor)
        return actor

    def forget(self, key: str | None = None) -> None:
        """Look again at the next request, because something has changed.

        Args:
            key: the id of the token or session that has; None: a user or a role, and everybody is looked up again.
        """
        self._changes += 1
        self._known = {} if key is None else {one: found for one, found in self._known.items() if one[0] != key}

    # -- sessions ----------------------------------------------------------------------------------------------------

    async def open(self, ways: Ways, username: str, request: Request, since: datetime | None = None) -> Opened:
        """A new session for somebody who has just proved who they are; the one that the browser had before ends.

        Args:
            ways: the database.
            username: who they are.
            request: what the browser sent.
            since: when they began to prove it: a password changed from then on ends the session. None: now.
        """
        now = self._services.clock.now()
        cookie = secrets.token_urlsafe(32)
        new = login_sessions.SessionRecord(
            id=session_key(cookie),
            username=username,
            created_at=since or now,
            expires_at=now + timedelta(seconds=self._settings.session_ttl_s),
            seen_at=now,
            address=addresses.address_of(request, self.trusted_proxies)[:64] or None,
            user_agent=request.headers.get("user-agent", "")[:LONGEST_USER_AGENT] or None,
        )
        old = request.cookies.get(SESSION_COOKIE)

        def change(tx: Tx) -> None:
            if old:
                login_sessions.end_session(tx, session_key(old))
            login_sessions.add_session(tx, new)
            users.update_user(tx, username, last_login_at=now)

        await ways.write(change)
        if old:
            self.forget(session_key(old))
        csrf, is_secure = self.csrf(new.id), addresses.is_secure(request, self.trusted_proxies)
        life = self._settings.session_ttl_s
        return Opened(
            csrf,
            new.expires_at,
            (
                _cookie(SESSION_COOKIE, cookie, life, is_secure, is_hidden=True),
                _cookie(CSRF_COOKIE, csrf, life, is_secure, is_hidden=False),
            ),
        )

    async def close_session(self, ways: Ways, request: Request) -> tuple[str, ...]:
        """End the session of this browser, if it has one; the values of the `Set-Cookie` headers that take it away."""
        cookie = request.cookies.get(SESSION_COOKIE)
        if cookie:
            key, address = session_key(cookie), addresses.address_of(request, self.trusted_proxies)

            def end(tx: Tx) -> None:
                found = login_sessions.find_session(tx, key)
                if found is None:
                    return
                login_sessions.end_session(tx, key)
                self._note_end(tx, found.username, "session", address)

            await ways.write(end)
            self.forget(key)
        is_secure = addresses.is_secure(request, self.trusted_proxies)
        return (
            _cookie(SESSION_COOKIE, "", 0, is_secure, is_hidden=True),
            _cookie(CSRF_COOKIE, "", 0, is_secure, is_hidden=False),
        )

    async def give_back(self, ways: Ways, request: Request) -> None:
        """Take back the token of a log-in that a request shows, if it does. Tokens by name have a way of their own."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return
        try:
            claims = self.tokens.verify(token.strip(), self._services.clock.now())
        except Unauthenticated:
            return  # it counts for nothing already
        if claims.kind == "login":
            ends = datetime.fromtimestamp(claims.expires_at, UTC)
            address = addresses.address_of(request, self.trusted_proxies)

            def end(tx: Tx) -> None:
                if tokens.is_revoked(tx, claims.token_id):
                    return
                tokens.revoke(tx, claims.token_id, ends)
                self._note_end(tx, claims.username, "token", address)

            await ways.write(end)
            self.forget(claims.token_id)

    def _note_end(self, tx: Tx, username: str, via: Literal["session", "token"], address: str) -> None:
        event_logs.record(
            tx,
            event_logs.NewEvent(
                workspace="default",
                timestamp=self._services.clock.now(),
                event="logout",
                owner=username,
                via=via,
                address=address[:64] or None,
                resource="user",
                name=username,
            ),
        )

    def csrf(self, session_id: str) -> str:
        """The CSRF token of a session."""
        return hmac.new(self._services.signing_key, f"csrf:{session_id}".encode(), sha256).hexdigest()


def session_key(cookie: str) -> str:
    """The id of the session whose cookie this is."""
    return sha256(cookie.encode("utf-8", "surrogateescape")).hexdigest()


def _cookie(name: str, value: str, life_s: int, is_secure: bool, *, is_hidden: bool) -> str:
    parts = [f"{name}={value}", "Path=/", f"Max-Age={life_s}", "SameSite=Lax"]
    if is_hidden:
        parts.append("HttpOnly")
    if is_secure:
        parts.append("Secure")
    return "; ".join(parts)
