"""Who may log in: people and service accounts, and the roles that each holds by workspace."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, func, insert, or_, select, text, update

from tradewind.base.errors import Conflict, InvalidInput, NotFound
from tradewind.db.engine import Tx
from tradewind.db.listing import EVERYTHING, Page, like, ordered, paged
from tradewind.db.tables import role_holder, user

__all__ = [
    "ADMIN", "ANY_WORKSPACE", "PERSON", "SERVICE", "Holding", "UserRecord", "add_role", "add_user", "any_user",
    "check_name", "delete_user", "find", "find_by_identity", "get_user", "list_users", "remove_role", "set_roles", "update_user",
]  # fmt: skip

ANY_WORKSPACE = "*"
ADMIN = "Admin"
PERSON, SERVICE = "person", "service"
LONGEST_NAME = 250


@dataclass(frozen=True, slots=True)
class Holding:
    """A role that a user holds."""

    role: str
    workspace: str = ANY_WORKSPACE
    origin: str = "local"
    """``local``: somebody gave it; ``oidc``: a group claim did, and the next log-in may take it away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRecord:
    """A person, or a service account."""

    username: str
    created_at: datetime
    kind: str = PERSON
    password_hash: str | None = None
    """None: no log-in by password."""
    issuer: str | None = None
    """Of the identity provider that vouches for the user."""
    subject: str | None = None
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    description: str | None = None
    is_active: bool = True
    last_login_at: datetime | None = None
    tokens_from: datetime | None = None
    """What a log-in gave before this moment counts no more; None: all counts."""
    roles: tuple[Holding, ...] = ()


_C = user.c
_NAMES = tuple(column.name for column in user.columns)
_USERS = select(*user.columns)
_H = role_holder.c


def _record(row: Sequence[Any]) -> UserRecord:
    return UserRecord(**dict(zip(_NAMES, row, strict=True)))


def check_name(username: str) -> None:
    """Refuse what nobody can be called.

    Raises:
        InvalidInput: it is empty, too long, or holds what names do not.
    """
    is_fine = 0 < len(username) <= LONGEST_NAME and username.isprintable() and "/" not in username
    if not is_fine or username != username.strip():
        raise InvalidInput(
            f"{username[:50]!r} is no name for a user: 1 to {LONGEST_NAME} characters, no `/`, no blanks around it",
            username=username[:50],
        )


def find(tx: Tx, username: str) -> UserRecord | None:
    """The user of this name, or None."""
    row = tx.execute(_USERS.where(_C.username == username)).first()
    return None if row is None else _with_roles(tx, [_record(row)])[0]


def find_by_identity(tx: Tx, issuer: str, subject: str) -> UserRecord | None:
    """The user for whom an identity provider vouches under this subject, or None."""
    row = tx.execute(_USERS.where(_C.issuer == issuer, _C.subject == subject)).first()
    return None if row is None else _with_roles(tx, [_record(row)])[0]


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


def list_users(
    tx: Tx, page: Page = EVERYTHING, *, kind: str | None = None, name_pattern: str | None = None
) -> tuple[list[UserRecord], int]:
    """Users by name, and how many there are in all."""
    conditions = [] if kind is None else [_C.kind == kind]
    conditions += like(_C.username, name_pattern)
    sorts = {name: _C[name] for name in ("username", "created_at", "last_login_at", "email", "kind")}
    query = ordered(_USERS.where(*conditions), page, sorts, (_C.username,))
    found, total = paged(tx, query, select(func.count()).select_from(user).where(*conditions), page, _record)
    return _with_roles(tx, found), total


def _with_roles(tx: Tx, found: Sequence[UserRecord]) -> list[UserRecord]:
    roles: dict[str, list[Holding]] = {one.username: [] for one in found}
    query = select(_H.username, _H.role, _H.workspace, _H.origin).order_by(_H.workspace, _H.role)
    for username, *held in tx.execute(query.where(_H.username.in_(roles))):
        roles[username].append(Holding(*held))
    return [replace(one, roles=tuple(roles[one.username])) for one in found]


def add_user(tx: Tx, new: UserRecord) -> None:
    """Insert a user with its roles. Tokens that somebody of the same name had do not come back to life.

    Raises:
        Conflict: the name is taken.
        InvalidInput: nobody can be called that.
    """
    check_name(new.username)
    if find(tx, new.username) is not None:
        raise Conflict(f"there is a user {new.username!r} already", username=new.username)
    new = replace(new, tokens_from=new.tokens_from or new.created_at)
    tx.execute(insert(user), {name: getattr(new, name) for name in _NAMES})
    _insert_roles(tx, new.username, new.roles)


def update_user(tx: Tx, username: str, **changes: object) -> UserRecord:
    """Change fields of a user.

    Args:
        changes: fields of `UserRecord` but `roles`, and their new values.

    Raises:
        NotFound: nobody is called that.
        Conflict: nobody would be left who may manage users.
    """
    if changes.get("is_active") is False:
        _one_at_a_time(tx)
    before = get_user(tx, username)
    if changes:
        tx.execute(update(user).where(_C.username == username).values(**changes))
    if changes.get("is_active") is False and _is_admin(before):
        _check_an_admin_is_left(tx, username)
    return get_user(tx, username)


def delete_user(tx: Tx, username: str) -> None:
    """Remove a user; tokens and sessions given before end with it.

    Raises:
        NotFound: nobody is called that.
        Conflict: nobody would be left who may manage users.
    """
    _one_at_a_time(tx)
    gone = get_user(tx, username)
    tx.execute(delete(user).where(_C.username == username))
    if _is_admin(gone):
        _check_an_admin_is_left(tx, username)


# -- roles -----------------------------------------------------------------------------------------------------------


def add_role(tx: Tx, username: str, new: Holding) -> UserRecord:
    """Let a user hold a role; one that is held already stays.

    Raises:
        NotFound: nobody is called that.
    """
    held = get_user(tx, username)
    if not any((one.role, one.workspace) == (new.role, new.workspace) for one in held.roles):
        _insert_roles(tx, username, (new,))
    return get_user(tx, username)


def remove_role(tx: Tx, username: str, role: str, workspace: str = ANY_WORKSPACE) -> UserRecord:
    """Take a role from a user.

    Raises:
        NotFound: nobody is called that, or they do not hold it there.
        Conflict: nobody would be left who may manage users.
    """
    _one_at_a_time(tx)
    get_user(tx, username)
    where = and_(_H.username == username, _H.role == role, _H.workspace == workspace)
    if not tx.execute(delete(role_holder).where(where)).rowcount:
        place = "all workspaces" if workspace == ANY_WORKSPACE else f"the workspace {workspace!r}"
        raise NotFound(f"the user {username!r} does not hold the role {role!r} in {place}", role=role)
    if role == ADMIN:
        _check_an_admin_is_left(tx, username)
    return get_user(tx, username)


def set_roles(tx: Tx, username: str, roles: Iterable[Holding], *, origin: str = "local") -> UserRecord:
    """Give a user exactly these roles of one origin; those of others stay.

    Raises:
        NotFound: nobody is called that.
        Conflict: nobody would be left who may manage users.
    """
    _one_at_a_time(tx)
    was_admin = _is_admin(get_user(tx, username))
    tx.execute(delete(role_holder).where(_H.username == username, _H.origin == origin))
    kept = {(one.role, one.workspace) for one in get_user(tx, username).roles}
    wanted = {(one.role, one.workspace): replace(one, origin=origin) for one in roles}
    _insert_roles(tx, username, [one for key, one in wanted.items() if key not in kept])
    if was_admin:
        _check_an_admin_is_left(tx, username)
    return get_user(tx, username)


def _insert_roles(tx: Tx, username: str, roles: Iterable[Holding]) -> None:
    rows = [{"username": username, "workspace": one.workspace, "role": one.role, "origin": one.origin} for one in roles]
    if rows:
        tx.execute(insert(role_holder), rows)


def _is_admin(one: UserRecord) -> bool:
    return one.is_active and any((held.role, held.workspace) == (ADMIN, ANY_WORKSPACE) for held in one.roles)


def _one_at_a_time(tx: Tx) -> None:
    """Two who take the role Admin from each other at once must not both succeed. (On SQLite only one writes anyway.)"""
    if tx.dialect == "postgresql":
        tx.whole.execute(text("LOCK TABLE role_holder IN SHARE ROW EXCLUSIVE MODE"))


def _check_an_admin_is_left(tx: Tx, username: str) -> None:
    """Somebody who can log in must stay Admin everywhere: otherwise nobody could give roles any more."""
    can_log_in = or_(_C.password_hash.is_not(None), _C.issuer.is_not(None))
    query = (
        select(_C.username)
        .join(role_holder, _H.username == _C.username)
        .where(_C.is_active, _C.kind == PERSON, can_log_in, _H.role == ADMIN, _H.workspace == ANY_WORKSPACE)
        .limit(1)
    )
    if tx.scalar(query) is None:
        raise Conflict(
            f"{username!r} is the last one who is Admin of everything; make another one first", username=username
        )
