"""The roles that people made, and what somebody holds in a workspace by all their roles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from tradewind.base.errors import Conflict, InvalidInput, NotFound
from tradewind.base.policy import BUILT_IN, Grant, Held
from tradewind.db.engine import Tx
from tradewind.db.listing import EVERYTHING, Page
from tradewind.db.tables import role, role_holder

__all__ = [
    "EVERYWHERE", "RoleRecord", "add_role", "change_role", "delete_role", "get_role", "holders_of", "known_role",
    "list_roles", "rights_of", "roles_of",
]  # fmt: skip

EVERYWHERE = "*"
"""What a role is held in that is held in all workspaces."""
LONGEST_NAME = 250

_R, _H = role.c, role_holder.c


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRecord:
    """A role, built in or made by people."""

    name: str
    grants: tuple[Grant, ...]
    description: str | None = None
    is_built_in: bool = False
    created_at: datetime | None = None
    """None: built in."""
    updated_at: datetime | None = None


_BUILT_IN_WORDS = {
    "Viewer": "Sees everything about DAGs",
    "User": "Runs and changes DAGs",
    "Op": "Sees and changes connections, variables and pools",
    "Admin": "Everything, users too",
}
_COLUMNS = (_R.name, _R.grants, _R.description, _R.created_at, _R.updated_at)


def _built_in(name: str) -> RoleRecord:
    return RoleRecord(name=name, grants=BUILT_IN[name], description=_BUILT_IN_WORDS[name], is_built_in=True)


def _record(row: Sequence[Any]) -> RoleRecord:
    name, grants, description, created_at, updated_at = row
    return RoleRecord(
        name=name,
        grants=tuple(Grant.parse(text) for text in grants),
        description=description,
        created_at=created_at,
        updated_at=updated_at,
    )


# -- what somebody holds ---------------------------------------------------------------------------------------------


def roles_of(tx: Tx, username: str, workspace: str) -> list[str]:
    """The names of the roles that somebody holds in a workspace or in all of them, sorted."""
    where = (_H.username == username, _H.workspace.in_((workspace, EVERYWHERE)))
    return sorted({name for (name,) in tx.execute(select(_H.role).where(*where))})


def rights_of(tx: Tx, username: str, workspace: str) -> list[Held]:
    """What somebody holds in a workspace. A role that is gone gives nothing."""
    names = roles_of(tx, username, workspace)
    own = [name for name in names if name not in BUILT_IN]
    made: dict[str, RoleRecord] = {}
    if own:
        made = {row[0]: _record(row) for row in tx.execute(select(*_COLUMNS).where(_R.name.in_(own)))}
    return [
        Held(grant, name)
        for name in names
        for grant in (BUILT_IN[name] if name in BUILT_IN else made[name].grants if name in made else ())
    ]


def holders_of(tx: Tx, name: str) -> list[tuple[str, str]]:
    """Who holds a role, and in which workspace."""
    query = select(_H.username, _H.workspace).where(_H.role == name).order_by(_H.username, _H.workspace)
    return [(username, workspace) for username, workspace in tx.execute(query)]


# -- the roles themselves --------------------------------------------------------------------------------------------


def known_role(tx: Tx, name: str) -> str:
    """The name of a role as it is written; that of a built-in one may come in any case.

    Raises:
        InvalidInput: there is no such role.
    """
    built_in = next((one for one in BUILT_IN if one.lower() == name.lower()), None)
    if built_in is not None:
        return built_in
    if tx.scalar(select(_R.name).where(_R.name == name)) is None:
        there = ", ".join([*BUILT_IN, *(own for (own,) in tx.execute(select(_R.name).order_by(_R.name)))])
        raise InvalidInput(f"no role {name!r}; there are {there}", role=name)
    return name


def list_roles(tx: Tx, page: Page = EVERYTHING) -> tuple[list[RoleRecord], int]:
    """All roles by name, the built-in ones first, and how many there are."""
    made = [_record(row) for row in tx.execute(select(*_COLUMNS).order_by(_R.name))]
    found = [*map(_built_in, BUILT_IN), *made]
    if page.order_by:
        found.sort(key=lambda one: one.name, reverse=page.order_by[0].startswith("-"))
    return found[page.offset : page.offset + page.limit], len(found)


def get_role(tx: Tx, name: str) -> RoleRecord:
    """The role of this name.

    Raises:
        NotFound: there is none.
    """
    if name in BUILT_IN:
        return _built_in(name)
    row = tx.execute(select(*_COLUMNS).where(_R.name == name)).first()
    if row is None:
        raise NotFound(f"there is no role {name!r}", role=name)
    return _record(row)


def add_role(tx: Tx, name: str, grants: Sequence[Grant], description: str | None, now: datetime) -> RoleRecord:
    """Make a role.

    Raises:
        Conflict: the name is taken.
        InvalidInput: no name for a role.
    """
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable() or "/" in name:
        raise InvalidInput(f"{name[:50]!r} is no name for a role: 1 to {LONGEST_NAME} characters, no `/`", role=name)
    if name.lower() in {one.lower() for one in BUILT_IN} or tx.scalar(select(_R.name).where(_R.name == name)):
        raise Conflict(f"there is a role {name!r} already", role=name)
    row = {"name": name, "grants": _texts(grants), "description": description, "created_at": now, "updated_at": now}
    tx.execute(insert(role), row)
    return get_role(tx, name)


def change_role(
    tx: Tx, name: str, now: datetime, grants: Sequence[Grant] | None = None, description: str | None = None
) -> RoleRecord:
    """Change what a role allows, or its description; None: as it is.

    Raises:
        NotFound: there is no such role.
        Conflict: it is built in.
    """
    _own(tx, name, "changed")
    changes: dict[str, object] = {"updated_at": now}
    if grants is not None:
        changes["grants"] = _texts(grants)
    if description is not None:
        changes["description"] = description
    tx.execute(update(role).where(_R.name == name).values(**changes))
    return get_role(tx, name)


def delete_role(tx: Tx, name: str) -> None:
    """Remove a role that nobody holds.

    Raises:
        NotFound: there is no such role.
        Conflict: it is built in, or somebody holds it.
    """
    _own(tx, name, "deleted")
    holders = tx.scalar(select(func.count()).select_from(role_holder).where(_H.role == name))
    if holders:
        who = ", ".join(sorted({username for username, _ in holders_of(tx, name)})[:5])
        raise Conflict(f"the role {name!r} can't be deleted: it is held by {who}; take it from them first", role=name)
    tx.execute(delete(role).where(_R.name == name))


def _own(tx: Tx, name: str, what: str) -> None:
    if get_role(tx, name).is_built_in:
        raise Conflict(f"the role {name} is built in and can't be {what}; make one of your own", role=name)


def _texts(grants: Sequence[Grant]) -> list[str]:
    return list(dict.fromkeys(map(str, grants)))
