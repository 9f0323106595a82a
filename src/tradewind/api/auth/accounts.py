"""What users and service accounts have in common: how they are shown, made, changed and removed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tradewind.api.auth.account_sight import AccountSight, sight_of_accounts
from tradewind.api.auth.giving import check_may_change, check_may_give
from tradewind.api.deps import Audit, Call
from tradewind.api.models.people import HeldRole
from tradewind.base.errors import InvalidInput, NotFound
from tradewind.base.policy import Action
from tradewind.db import login_failures, login_sessions, roles, users, workspaces
from tradewind.db.engine import Tx
from tradewind.db.listing import EVERYTHING, Page
from tradewind.db.users import ANY_WORKSPACE, PERSON, Holding, UserRecord

__all__ = ["add", "change", "delete", "found", "listed", "role_out", "shown", "unlock"]

WORDS = {PERSON: "user", "service": "service account"}


def role_out(one: Holding) -> dict[str, object]:
    """A role as it is shown."""
    return {"role": one.role, "workspace": one.workspace, "origin": one.origin}


def found(tx: Tx, call: Call, username: str, kind: str, action: Action = "read") -> UserRecord:
    """The user or service account of this name.

    Raises:
        NotFound: there is none, or the caller may do this to none of its workspaces.
    """
    one = users.find(tx, username)
    if one is None or one.kind != kind or not sight_of_accounts(tx, call, kind, action).sees(one):
        raise NotFound(f"there is no {WORDS[kind]} {username!r}", username=username)
    return one


def shown(tx: Tx, call: Call, username: str, kind: str) -> UserRecord:
    """The user or service account of this name, with the roles that the caller may see.

    Raises:
        NotFound: there is none, or the caller may see none of its workspaces.
    """
    return sight_of_accounts(tx, call, kind).shown(found(tx, call, username, kind))


def listed(tx: Tx, call: Call, kind: str, page: Page, pattern: str | None) -> tuple[list[UserRecord], int]:
    """Those whom the caller may see, and how many."""
    sight = sight_of_accounts(tx, call, kind)
    if sight.everywhere.everything:
        return users.list_users(tx, page, kind=kind, name_pattern=pattern)
    whole = Page(limit=EVERYTHING.limit, order_by=page.order_by)
    everything, _ = users.list_users(tx, whole, kind=kind, name_pattern=pattern)
    seen = [sight.shown(one) for one in everything if _is_listed(sight, one)]
    return seen[page.offset : page.offset + page.limit], len(seen)


def _is_listed(sight: AccountSight, one: UserRecord) -> bool:
    """One's own account is in the list only where its name is one's to read."""
    return sight.sees(one) and (one.username in sight.here or one.username in sight.everywhere)


def _holdings(tx: Tx, call: Call, given: Sequence[HeldRole]) -> list[Holding]:
    """The roles that a body names, once they are known to exist and to be the caller's to give."""
    wanted = [Holding(roles.known_role(tx, one.role), one.workspace) for one in given]
    for one in wanted:
        if one.workspace != ANY_WORKSPACE and not workspaces.exists(tx, one.workspace):
            raise InvalidInput(f"there is no workspace {one.workspace!r}", workspace=one.workspace)
    check_may_give(tx, call.actor, wanted)
    return list(dict.fromkeys(wanted))


async def add(call: Call, kind: str, given: Sequence[HeldRole], fields: Mapping[str, Any]) -> UserRecord:
    """Make a user or a service account.

    Raises:
        Conflict: the name is taken.
        Forbidden: a role that the caller may not give.
        InvalidInput: no name for a user, or no such role.
    """
    username = fields["username"]

    def make(tx: Tx) -> UserRecord:
        held = _holdings(tx, call, given)
        users.add_user(tx, UserRecord(created_at=call.now, kind=kind, roles=tuple(held), **fields))
        return users.get_user(tx, username)

    named = [f"{one.role}@{one.workspace}" for one in given]
    audit = Audit(
        event=f"create_{_event(kind)}", extra={"username": username, "roles": named}, about="user", names=[username]
    )
    return await call.write(audit, make)


async def change(
    call: Call, username: str, kind: str, given: Sequence[HeldRole] | None, fields: Mapping[str, Any]
) -> UserRecord:
    """Change a user or a service account. A new password, or an end to it all, ends sessions and tokens of log-ins.

    Raises:
        NotFound: there is none of this name.
        Forbidden: it may do more than the caller, or would.
        Conflict: nobody would be left who may manage users.
    """
    ends = "password_hash" in fields or fields.get("is_active") is False

    def update(tx: Tx) -> UserRecord:
        check_may_change(tx, call.actor, found(tx, call, username, kind, "edit"))
        if given is not None:
            users.set_roles(tx, username, _holdings(tx, call, given))
        if ends:
            login_sessions.end_sessions(tx, username)
        return users.update_user(tx, username, **fields, **({"tokens_from": call.now} if ends else {}))

    extra: dict[str, object] = {"username": username, "fields": sorted(fields)}
    if given is not None:
        extra["roles"] = [f"{one.role}@{one.workspace}" for one in given]
    changed = await call.write(
        Audit(event=f"patch_{_event(kind)}", extra=extra, about="user", names=[username]), update
    )
    call.desk.sessions.forget()
    return changed


async def delete(call: Call, username: str, kind: str) -> None:
    """Remove a user or a service account; its tokens and sessions end with it.

    Raises:
        NotFound: there is none of this name.
        Forbidden: it may do more than the caller.
        Conflict: nobody would be left who may manage users.
    """

    def remove(tx: Tx) -> None:
        check_may_change(tx, call.actor, found(tx, call, username, kind, "delete"))
        users.delete_user(tx, username)

    await call.write(
        Audit(event=f"delete_{_event(kind)}", extra={"username": username}, about="user", names=[username]), remove
    )
    call.desk.sessions.forget()


async def unlock(call: Call, username: str) -> None:
    """Let somebody try passwords again.

    Raises:
        NotFound: there is no such user.
        Forbidden: they may do more than the caller.
    """

    def forget(tx: Tx) -> None:
        check_may_change(tx, call.actor, found(tx, call, username, PERSON, "edit"))  # who unlocks may go on guessing
        login_failures.clear(tx, login_failures.of_user(username))

    await call.write(Audit(event="unlock_user", extra={"username": username}, about="user", names=[username]), forget)


def _event(kind: str) -> str:
    return WORDS[kind].replace(" ", "_")
