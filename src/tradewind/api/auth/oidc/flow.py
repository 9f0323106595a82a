"""A log-in by the provider from end to end: the browser is sent away, comes back, and is somebody."""

from __future__ import annotations

import asyncio
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec

from tradewind.api.auth.oidc import people
from tradewind.api.auth.oidc.id_token import (
    ALGORITHMS,
    Expected,
    algorithm_of,
    check_access,
    check_claims,
    signed_claims,
)
from tradewind.api.auth.oidc.provider import Provider, is_safe
from tradewind.api.auth.ways import Ways
from tradewind.api.services import ApiServices
from tradewind.base.errors import (
    Forbidden,
    InvalidInput,
    NotFound,
    ProviderUnavailable,
    TooManyRequests,
    TradewindError,
    Unauthenticated,
)
from tradewind.base.oidc_settings import OidcSettings
from tradewind.db import event_logs, oidc_logins, users
from tradewind.db.engine import Tx
from tradewind.db.oidc_logins import PendingLogin
from tradewind.db.users import UserRecord

__all__ = ["LIFE_S", "CameBack", "Oidc", "Sent", "browser_cookie"]

T = TypeVar("T")

LIFE_S = 600
"""Seconds that somebody has to log in at the provider."""
MOST_PENDING = 20_000
"""Log-ins under way at once; a server with more of them is under attack."""
MOST_OF_ADDRESS = 300
"""Log-ins that one address may begin in the time that one of them may take; a whole office may share it."""
LONGEST_QUEUE = 200


@dataclass(frozen=True, slots=True)
class Sent:
    """A browser that is sent to the provider."""

    url: str
    state: str
    browser: str
    """What the browser's cookie holds until it is back."""


@dataclass(frozen=True, slots=True)
class CameBack:
    """Somebody whom the provider vouches for."""

    username: str
    next_url: str
    id_token: str


class Oidc:
    """Log-ins by the provider of the settings, where they name one."""

    def __init__(self, services: ApiServices) -> None:
        self.settings = services.settings.oidc
        _check(self.settings)
        self._services = services
        self._provider = Provider(self.settings, services.clock)
        # Not those of the database: a provider that does not answer must not hold up everybody else.
        self._threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="oidc")
        self._waiting = 0
        self._begun: dict[str, int] = {}
        """How often each address has begun lately."""
        self._begun_from = 0.0

    @property
    def is_on(self) -> bool:
        """Whether there is a provider."""
        return bool(self.settings.issuer)

    def close(self) -> None:
        """Let the threads go."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def begin(self, next_url: str, redirect_uri: str, address: str, ways: Ways) -> Sent:
        """Send a browser to the provider.

        Args:
            next_url: where it goes afterwards.
            redirect_uri: where the provider sends it back to.
            address: of who asks; empty: not known.
            ways: the database.

        Raises:
            NotFound: the settings name no provider.
            ProviderUnavailable: it does not answer.
            TooManyRequests: too many log-ins are under way.
        """
        if not self.is_on:
            raise NotFound("no identity provider is set up here (oidc.issuer); log in at /auth/login")
        self._count(address)
        metadata = await self._in_thread(self._provider.metadata)
        state, nonce, verifier, browser = (secrets.token_urlsafe(32) for _ in range(4))
        now = self._services.clock.now()
        new = PendingLogin(
            key=_key(state, browser),
            nonce=nonce,
            verifier=verifier,
            next_url=next_url,
            expires_at=now + timedelta(seconds=LIFE_S),
        )

        def add(tx: Tx) -> None:
            oidc_logins.forget_expired(tx, now)
            if oidc_logins.pending(tx) >= MOST_PENDING:
                raise TooManyRequests("too many log-ins are under way; try again in a minute", retry_after_s=60)
            oidc_logins.add(tx, new)

        await ways.write(add)
        challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")
        query = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": redirect_uri,
            "scope": self.settings.scopes,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        address = metadata.authorization_endpoint
        return Sent(f"{address}{'&' if '?' in address else '?'}{urlencode(query)}", state, browser)

    async def finish(
        self, query: Mapping[str, str], browser: str | None, redirect_uri: str, address: str, ways: Ways
    ) -> CameBack:
        """Who a browser is that comes back.

        Args:
            query: what the provider sent along.
            browser: what the cookie of this log-in holds; None: the browser has none.
            redirect_uri: where the provider was told to send it.
            address: of who asks; empty: not known.
            ways: the database.

        Raises:
            InvalidInput: no such log-in is under way in this browser.
            Unauthenticated: the provider refused, or its answer is not valid.
            Forbidden: the settings do not let this person in.
            ProviderUnavailable: it does not answer.
        """
        if not self.is_on:
            raise NotFound("no identity provider is set up here (oidc.issuer); log in at /auth/login")
        # First of all: whatever comes of it, it counts once.
        begun = await self._taken(query.get("state"), browser, ways)
        try:
            return await self._came_back(query, begun, redirect_uri, address, ways)
        except ProviderUnavailable:
            raise
        except TradewindError as error:
            words = error.message
            username = error.facts.get("username")
            owner = username if isinstance(username, str) else None
            await ways.write(lambda tx: self._record(tx, "login_failed", owner, address=address, reason=words))
            raise

    async def way_out(self, id_token: str | None, home: str) -> str | None:
        """Where a browser ends its session at the provider; None: it need not, or can't."""
        if not self.is_on or not id_token or not self.settings.log_out_there:
            return None
        try:
            metadata = await self._in_thread(self._provider.metadata)
        except (ProviderUnavailable, TooManyRequests):
            return None  # the session here has ended, which is what was asked for
        address = metadata.end_session_endpoint
        if not address:
            return None
        query = {
            "client_id": self.settings.client_id,
            "id_token_hint": id_token,
            "post_logout_redirect_uri": home,
        }
        return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"

    def takes(self, token: str) -> bool:
        """Whether a bearer token may be one of the provider's: those of this server have another algorithm."""
        return self.is_on and bool(self.settings.bearer_audience) and algorithm_of(token) in ALGORITHMS

    async def bearer(self, token: str) -> tuple[str, float, float]:
        """The subject of an access token of the provider, and the Unix times of its end and, at the latest, its making.

        Raises:
            Unauthenticated: it is not valid, or not for this API.
            ProviderUnavailable: the provider's keys can't be had.
        """
        claims = await self._in_thread(lambda: signed_claims(token, self._provider))
        check_access(
            claims,
            issuer=self.settings.issuer,
            audience=self.settings.bearer_audience,
            now=self._services.clock.now().timestamp(),
            skew_s=self.settings.clock_skew_s,
        )
        return claims["sub"], float(claims["exp"]), float(claims["iat"]) + self.settings.clock_skew_s

    # -- what comes back ---------------------------------------------------------------------------------------------

    async def _taken(self, state: str | None, browser: str | None, ways: Ways) -> PendingLogin:
        begun = None
        if state and browser:
            now, key = self._services.clock.now(), _key(state, browser)
            begun = await ways.write(lambda tx: oidc_logins.take(tx, key, now))
        if begun is None:
            raise InvalidInput("this log-in is not under way in this browser, or not any more: log in again")
        return begun

    async def _came_back(
        self, query: Mapping[str, str], begun: PendingLogin, redirect_uri: str, address: str, ways: Ways
    ) -> CameBack:
        metadata = await self._in_thread(self._provider.metadata)
        says_issuer = metadata.authorization_response_iss_parameter_supported
        if query.get("iss", None if says_issuer else self.settings.issuer) != self.settings.issuer:
            raise Unauthenticated("the answer comes from another identity provider than was asked; log in again")
        if "error" in query:
            words = f"{query['error']} {query.get('error_description', '')}".strip()[:300]
            raise Unauthenticated(f"the identity provider refused the log-in: {words}")
        code = query.get("code")
        if not code:
            raise InvalidInput("the identity provider sent no code; log in again")
        id_token, claims = await self._in_thread(lambda: self._claims(code, begun, redirect_uri))
        now = self._services.clock.now()

        def admit(tx: Tx) -> tuple[str, bool]:
            before = users.find_by_identity(tx, self.settings.issuer, claims["sub"])
            user = people.admit(tx, claims, self.settings, now)
            self._record_change(tx, before, user, address)
            return user.username, bool(user.roles)

        username, has_role = await ways.write(admit)
        if not has_role:
            raise Forbidden(
                f"the user {username!r} holds no role: none of their groups gives one (oidc.roles), and there is no "
                "oidc.default_role; ask an admin",
                username=username,
            )
        await ways.write(lambda tx: self._record(tx, "login", username, address=address, by=self.settings.issuer))
        return CameBack(username, begun.next_url, id_token)

    def _claims(self, code: str, begun: PendingLogin, redirect_uri: str) -> tuple[str, dict[str, Any]]:
        """The ID token and all that the provider says of the user."""
        given = self._provider.exchange(code, begun.verifier, redirect_uri)
        id_token = given.get("id_token")
        if not isinstance(id_token, str):
            raise Unauthenticated("the identity provider gave no ID token; oidc.scopes must have openid")
        claims = signed_claims(id_token, self._provider)
        check_claims(
            claims,
            Expected(
                issuer=self.settings.issuer,
                client_id=self.settings.client_id,
                nonce=begun.nonce,
                now=self._services.clock.now().timestamp(),
                skew_s=self.settings.clock_skew_s,
            ),
        )
        wanted = people.wanted_claims(self.settings)
        access = given.get("access_token")
        if isinstance(access, str) and any(people.claim(claims, name) is None for name in wanted):
            more = self._provider.userinfo(access)
            if more and more.get("sub") != claims["sub"]:
                raise Unauthenticated("the identity provider's two answers are about different people; log in again")
            claims = {**more, **claims}
        return id_token, claims

    def _count(self, address: str) -> None:
        now = self._services.clock.monotonic()
        if now - self._begun_from >= LIFE_S or len(self._begun) > MOST_PENDING:
            self._begun, self._begun_from = {}, now
        count = self._begun.get(address, 0) + 1
        if count > MOST_OF_ADDRESS:
            wait_s = max(int(self._begun_from + LIFE_S - now), 1)
            raise TooManyRequests(
                f"too many log-ins were begun from this address; try again in {wait_s} s", retry_after_s=wait_s
            )
        self._begun[address] = count

    def _record_change(self, tx: Tx, before: UserRecord | None, user: UserRecord, address: str) -> None:
        """Nobody but the provider's groups says so, and still somebody has become a user, or may more or less."""
        was, has = _held(before), _held(user)
        if before is not None and was == has:
            return
        event = (
            "patch_user"
            if before is not None
            else "create_user"
            if user.created_at == user.last_login_at
            else "link_user"
        )
        old = _encoded({"roles": was}) if before is not None else None
        change = (old, _encoded({"roles": has}))
        self._record(tx, event, user.username, change, address=address, by=self.settings.issuer)

    def _record(
        self,
        tx: Tx,
        event: str,
        owner: str | None,
        change: tuple[str | None, str | None] = (None, None),
        **extra: object,
    ) -> None:
        new = event_logs.NewEvent(
            workspace="default",
            timestamp=self._services.clock.now(),
            event=event,
            owner=owner,
            extra=_encoded(extra),
            via="oidc",
            address=str(extra.get("address") or "")[:64] or None,
            resource="user",
            name=owner,
            before=change[0],
            after=change[1],
        )
        event_logs.record(tx, new)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        if self._waiting >= LONGEST_QUEUE:
            raise TooManyRequests("too many log-ins wait for the identity provider; try again in 5 s", retry_after_s=5)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1


def browser_cookie(state: str) -> str:
    """The name of the cookie that binds a log-in to a browser; several may be under way in one."""
    return f"tradewind_oidc_{sha256(state.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"


def _encoded(content: Mapping[str, object]) -> str:
    return msgspec.json.encode(content, enc_hook=str).decode()


def _held(user: UserRecord | None) -> list[str]:
    return [] if user is None else sorted(f"{one.role}@{one.workspace}" for one in user.roles)


def _key(state: str, browser: str) -> str:
    return sha256(f"{state}:{browser}".encode("utf-8", "surrogatepass")).hexdigest()


def _check(settings: OidcSettings) -> None:
    """Refuse to start with settings that can't work.

    Raises:
        InvalidInput: one is missing or not what it must be.
    """
    people.role_map(settings)
    if not settings.issuer:
        if settings.client_id:
            raise InvalidInput(
                "oidc.client_id is set, and oidc.issuer is not: set both, or neither", name="oidc.issuer"
            )
        return
    if not is_safe(settings.issuer):
        raise InvalidInput(
            f"oidc.issuer: {settings.issuer[:200]!r} must begin with https:// (http only on localhost)",
            name="oidc.issuer",
        )
    if not settings.client_id:
        raise InvalidInput("oidc.issuer is set, and oidc.client_id is not: set both, or neither", name="oidc.client_id")
    if "openid" not in settings.scopes.split():
        raise InvalidInput(f"oidc.scopes: {settings.scopes!r} must have openid", name="oidc.scopes")
    if settings.bearer_audience == settings.client_id:
        raise InvalidInput(
            "oidc.bearer_audience is oidc.client_id: every ID token would be a key to the API; have the provider give access "
            "tokens an audience of their own",
            name="oidc.bearer_audience",
        )
    if not settings.roles and not settings.default_role:
        raise InvalidInput(
            "oidc.issuer is set, and nobody whom it vouches for would get a role: set oidc.roles, oidc.default_role, or both",
            name="oidc.roles",
        )
