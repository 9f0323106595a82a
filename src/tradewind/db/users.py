"""People who may log in, their role, and tokens that were taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from tradewind.base.errors import Conflict, NotFound
from tradewind.db.bulk import insert as bulk_insert
from tradewind.db.bulk import moments
from tradewind.db.engine import Tx
from tradewind.db.listing import EVERYTHING, Page, ordered, paged
from tradewind.db.tables import revoked_token, user

__all__ = [
    "UserRecord", "add_user", "any_user", "delete_user", "find", "get_user", "is_revoked", "list_users", "revoke",
    "update_user",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRecord:
    """A person."""

    username: str
    password_hash: str
    role: str
    """``Viewer``, ``User``, ``Op`` or ``Admin``."""
    created_at: datetime
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    is_active: bool = True


_C = user.c
_NAMES = ("username", "password_hash", "role", "created_at", "email", "first_name", "last_name", "is_active")
_USERS = select(*(_C[name] for name in _NAMES))


def _record(row: Sequence[Any]) -> UserRecord:
    return UserRecord(**dict(zip(_NAMES, row, strict=True)))


def find(tx: Tx, username: str) -> UserRecord | None:
    """The user of this name, or None."""
    row = tx.execute(_USERS.where(_C.username == username)).first()
    return None if row is None else _record(row)


def get_user(tx: Tx, username: str) -> UserRecord:
    """The user of this name.

    Raises:
        NotFound: nobody is called that.
    """
    found = find(tx, username)
    if found is None:
        raise NotFound(f"there is no user {username!r}", username=username)
    return found


def any_user(tx: Tx) -> bool:
    """Whether anybody can log in at all."""
    return tx.scalar(select(_C.username).limit(1)) is not None


def list_users(tx: Tx, page: Page = EVERYTHING) -> tuple[list[UserRecord], int]:
    """Users by name, and how many there are in all."""
    query = ordered(_USERS, page, {"username": _C.username, "created_at": _C.created_at}, (_C.username,))
    return paged(tx, query, select(func.count()).select_from(user), page, _record)


def add_user(tx: Tx, new: UserRecord) -> None:
    """Insert a user.

    Raises:
        Conflict: the name is taken.
    """
    if find(tx, new.username) is not None:
        raise Conflict(f"there is a user {new.username!r} already", username=new.username)
    tx.execute(insert(user), {name: getattr(new, name) for name in _NAMES})


def update_user(tx: Tx, username: str, **changes: object) -> UserRecord:
    """Change fields of a user.

    Args:
        changes: fields of `UserRecord` and their new values.

    Raises:
        NotFound: nobody is called that.
    """
    if changes:
        tx.execute(update(user).where(_C.username == username).values(**changes))
    return get_user(tx, username)


def delete_user(tx: Tx, username: str) -> None:
    """Remove a user; tokens given before end with it.

    Raises:
        NotFound: nobody is called that.
    """
    get_user(tx, username)
    tx.execute(delete(user).where(_C.username == username))


# -- tokens ----------------------------------------------------------------------------------------------------------

_REVOKE = bulk_insert(revoked_token, ("jti", "expires_at"))


def revoke(tx: Tx, token_id: str, expires_at: datetime) -> None:
    """Take a token back; it is remembered until it would have ended anyway."""
    _REVOKE.run(tx, [(token_id, moments(tx)(expires_at))])


def is_revoked(tx: Tx, token_id: str) -> bool:
    """Whether the token was taken back."""
    return tx.scalar(select(revoked_token.c.jti).where(revoked_token.c.jti == token_id)) is not None
