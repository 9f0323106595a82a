"""Tokens that were asked for by name, with their scopes and last use; and tokens that were taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, insert, or_, select, update

from tradewind.base.errors import Conflict, NotFound
from tradewind.db.bulk import insert as bulk_insert
from tradewind.db.bulk import moments
from tradewind.db.engine import Tx
from tradewind.db.listing import EVERYTHING, Page, ordered, paged
from tradewind.db.tables import access_token, revoked_token, role_holder

__all__ = [
    "TokenRecord", "add_token", "find_token", "forget_expired", "get_token", "is_in", "is_revoked", "list_tokens", "note_use",
    "revoke", "revoke_token",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRecord:
    """A token by name. The token itself is not kept."""

    id: str
    username: str
    name: str
    workspace: str
    """Where it is good for something; ``*``: everywhere."""
    scopes: list[str] | None
    """None: all that the user may."""
    created_at: datetime
    created_by: str
    expires_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None


_C = access_token.c
_NAMES = tuple(column.name for column in access_token.columns)
_TOKENS = select(*access_token.columns)
_SORTS = {name: _C[name] for name in ("name", "username", "created_at", "expires_at", "last_used_at")}


def _record(row: Sequence[Any]) -> TokenRecord:
    return TokenRecord(**dict(zip(_NAMES, row, strict=True)))


def find_token(tx: Tx, token_id: str) -> TokenRecord | None:
    """The token of this id, or None."""
    row = tx.execute(_TOKENS.where(_C.id == token_id)).first()
    return None if row is None else _record(row)


def get_token(tx: Tx, token_id: str) -> TokenRecord:
    """The token of this id.

    Raises:
        NotFound: there is none.
    """
    found = find_token(tx, token_id)
    if found is None:
        raise NotFound(f"there is no token with the id {token_id!r}", token_id=token_id)
    return found


def list_tokens(
    tx: Tx,
    now: datetime,
    page: Page = EVERYTHING,
    *,
    username: str | None = None,
    is_live: bool | None = None,
    workspaces: Sequence[str] | None = None,
) -> tuple[list[TokenRecord], int]:
    """Tokens in the order they were made, and how many there are in all.

    Args:
        now: the present moment.
        page: which of them.
        username: of this user only.
        is_live: only those that are good for something, or only those that are not; None: both.
        workspaces: only those that are good for something there, of users who hold a role there; None: all.
    """
    conditions: list[ColumnElement[bool]] = [] if username is None else [_C.username == username]
    if is_live is not None:
        live = and_(_C.revoked_at.is_(None), _C.expires_at > now)
        conditions.append(live if is_live else ~live)
    if workspaces is not None:
        holders = select(role_holder.c.username).where(role_holder.c.workspace.in_(workspaces))
        conditions += [_C.workspace.in_(workspaces), _C.username.in_(holders)]
    query = ordered(_TOKENS.where(*conditions), page, _SORTS, (_C.created_at, _C.id))
    return paged(tx, query, select(func.count()).select_from(access_token).where(*conditions), page, _record)


def is_in(tx: Tx, token: TokenRecord, workspaces: Sequence[str] | None) -> bool:
    """Whether `list_tokens` shows a token where it is asked for these workspaces."""
    if workspaces is None:
        return True
    held = (role_holder.c.username == token.username, role_holder.c.workspace.in_(workspaces))
    return token.workspace in workspaces and tx.scalar(select(role_holder.c.username).where(*held).limit(1)) is not None


def add_token(tx: Tx, new: TokenRecord) -> None:
    """Insert a token.

    Raises:
        Conflict: the user has one of that name that still counts.
    """
    live = (_C.username == new.username, _C.name == new.name, _C.revoked_at.is_(None), _C.expires_at > new.created_at)
    if tx.scalar(select(_C.id).where(*live).limit(1)) is not None:
        raise Conflict(
            f"{new.username!r} has a token {new.name!r} already; revoke it, or choose another name", name=new.name
        )
    tx.execute(insert(access_token), {name: getattr(new, name) for name in _NAMES})


def revoke_token(tx: Tx, token_id: str, now: datetime) -> TokenRecord:
    """Take a token by name back; its row stays until its time is over.

    Raises:
        NotFound: there is none.
    """
    tx.execute(update(access_token).where(_C.id == token_id, _C.revoked_at.is_(None)).values(revoked_at=now))
    return get_token(tx, token_id)


def note_use(tx: Tx, token_id: str, now: datetime, before: datetime) -> None:
    """A token was used; written only where the last use known is older than `before`."""
    is_old = or_(_C.last_used_at.is_(None), _C.last_used_at < before)
    tx.execute(update(access_token).where(_C.id == token_id, is_old).values(last_used_at=now))


# -- those without a name --------------------------------------------------------------------------------------------

_REVOKE = bulk_insert(revoked_token, ("jti", "expires_at"))


def revoke(tx: Tx, token_id: str, expires_at: datetime) -> None:
    """Take any token back; it is remembered until it would have ended anyway."""
    _REVOKE.run(tx, [(token_id, moments(tx)(expires_at))])


def is_revoked(tx: Tx, token_id: str) -> bool:
    """Whether the token was taken back."""
    return tx.scalar(select(revoked_token.c.jti).where(revoked_token.c.jti == token_id)) is not None


def forget_expired(tx: Tx, now: datetime) -> int:
    """Forget tokens whose time is over; how many that were."""
    gone = tx.execute(delete(access_token).where(_C.expires_at < now)).rowcount
    return gone + tx.execute(delete(revoked_token).where(revoked_token.c.expires_at < now)).rowcount
