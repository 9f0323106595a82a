"""Who stands behind a token, a session or a name, as the database says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tradewind.api.auth.actor import Actor, Via, in_role
from tradewind.api.auth.tokens import Claims
from tradewind.base.errors import Unauthenticated
from tradewind.base.policy import Rights, parse_scopes
from tradewind.db import login_sessions, roles, tokens, users
from tradewind.db.engine import Tx

__all__ = ["USE_NOTED_S", "Found", "by_claims", "by_identity", "by_name", "by_session"]

USE_NOTED_S = 60.0
"""How exactly the last use of tokens and sessions is known."""
OWNER_ROLE = "Admin"


@dataclass(frozen=True, slots=True)
class Found:
    """Who was found, and whether their last use is to be written."""

    actor: Actor
    use_is_old: bool = False


def by_claims(claims: Claims, workspace: str, now: datetime, tx: Tx) -> Found:
    """Whose token this is.

    Raises:
        Unauthenticated: it was taken back, or is of a user who is gone.
    """
    if tokens.is_revoked(tx, claims.token_id):
        raise Unauthenticated("this token was revoked; get a new one at POST /auth/token")
    if claims.kind == "owner":  # who can read the home of the server has its keys and its database anyway
        actor = in_role(claims.username, OWNER_ROLE)
        return Found(replace(actor, token_id=claims.token_id, expires_at=claims.expires_at))
    user = _active(tx, claims.username, "this token")
    if claims.kind == "named":
        return _named(claims, user, workspace, now, tx)
    if user.tokens_from is not None and claims.issued_at < user.tokens_from.timestamp():
        raise Unauthenticated("this token is from before the password or the user was changed; log in again")
    rights = Rights(user.username, roles.rights_of(tx, user.username, workspace))
    return Found(_actor(user, rights, "token", claims.token_id, claims.expires_at))


def _named(claims: Claims, user: users.UserRecord, workspace: str, now: datetime, tx: Tx) -> Found:
    row = tokens.find_token(tx, claims.token_id)
    if row is None or row.username != user.username:
        raise Unauthenticated("this token is not known any more; make a new one with POST /auth/tokens")
    if row.revoked_at is not None:
        raise Unauthenticated(f"the token {row.name!r} was revoked; make a new one with POST /auth/tokens")
    is_elsewhere = row.workspace not in (users.ANY_WORKSPACE, workspace)
    held = [] if is_elsewhere else roles.rights_of(tx, user.username, workspace)
    scopes = None if row.scopes is None else parse_scopes(row.scopes)
    use_is_old = row.last_used_at is None or now - row.last_used_at > timedelta(seconds=USE_NOTED_S)
    actor = _actor(user, Rights(user.username, held, scopes), "token", claims.token_id, claims.expires_at)
    return Found(replace(actor, workspace=row.workspace), use_is_old)


def by_session(key: str, workspace: str, now: datetime, idle_since: datetime, tx: Tx) -> Found:
    """Whose session this is.

    Raises:
        Unauthenticated: it is over, or of a user who is gone.
    """
    session = login_sessions.find_session(tx, key)
    if session is None or session.expires_at <= now or session.seen_at <= idle_since:
        raise Unauthenticated("the session is over; log in again")
    user = _active(tx, session.username, "this session")
    if user.tokens_from is not None and session.created_at < user.tokens_from:
        raise Unauthenticated("this session is from before the password or the user was changed; log in again")
    held = roles.rights_of(tx, user.username, workspace)
    use_is_old = now - session.seen_at > timedelta(seconds=USE_NOTED_S)
    rights = Rights(user.username, held)
    return Found(_actor(user, rights, "session", key, session.expires_at.timestamp()), use_is_old)


def by_name(username: str, workspace: str, tx: Tx) -> Actor | None:
    """The user whom a proxy names; None: there is none.

    Raises:
        Unauthenticated: they are not active.
    """
    if users.find(tx, username) is None:
        return None
    user = _active(tx, username, "the proxy's header")
    if user.kind != users.PERSON:
        raise Unauthenticated(f"{username!r} is a service account: it shows a token, and no proxy vouches for it")
    return _actor(user, Rights(username, roles.rights_of(tx, username, workspace)), "proxy", "", float("inf"))


def by_identity(issuer: str, subject: str, made: float, workspace: str, tx: Tx) -> Actor:
    """The user for whom an identity provider vouches by a token, made at this Unix time.

    Raises:
        Unauthenticated: there is none, they are not active, or were changed since.
    """
    user = users.find_by_identity(tx, issuer, subject)
    if user is None:
        raise Unauthenticated("nobody has logged in here as the one of this token; do so once, at /auth/oidc/login")
    user = _active(tx, user.username, "this token")
    if user.tokens_from is not None and made < user.tokens_from.timestamp():
        raise Unauthenticated(
            "this token is from before the user was changed; get a new one from the identity provider"
        )
    return _actor(user, Rights(user.username, roles.rights_of(tx, user.username, workspace)), "token", "", float("inf"))


def _active(tx: Tx, username: str, what: str) -> users.UserRecord:
    user = users.find(tx, username)
    if user is None or not user.is_active:
        raise Unauthenticated(f"the user {username!r} of {what} is gone")
    return user


def _actor(user: users.UserRecord, rights: Rights, via: Via, token_id: str, expires_at: float) -> Actor:
    return Actor(
        username=user.username,
        rights=rights,
        kind="service" if user.kind == users.SERVICE else "person",
        token_id=token_id,
        expires_at=expires_at,
        via=via,
    )
