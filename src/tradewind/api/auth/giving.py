"""What somebody may give to others, and to whom they may do something: nobody makes anybody more than they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from tradewind.api.auth.actor import Actor
from tradewind.base.errors import Forbidden
from tradewind.base.policy import BUILT_IN, Grant, Rights
from tradewind.db import roles
from tradewind.db.engine import Tx
from tradewind.db.users import Holding, UserRecord

__all__ = ["check_may_change", "check_may_give", "check_may_scope", "rights_in"]


def check_may_give(tx: Tx, actor: Actor, wanted: Iterable[Holding]) -> None:
    """Whether somebody may have others hold these roles: they must hold as much there themselves.

    Raises:
        Forbidden: one of the roles allows something that they may not.
        InvalidInput: there is no such role.
    """
    for one in wanted:
        mine = rights_in(tx, actor, one.workspace)
        missing = next((grant for grant in _grants(tx, one.role) if not mine.may_give(grant)), None)
        if missing is not None:
            place = "all workspaces" if one.workspace == roles.EVERYWHERE else f"the workspace {one.workspace!r}"
            raise Forbidden(
                f"Forbidden: the role {one.role} in {place} allows {missing}, which {actor.username} may not; nobody gives "
                "more than they have",
                role=one.role,
                workspace=one.workspace,
            )


def check_may_change(tx: Tx, actor: Actor, user: UserRecord) -> None:
    """Whether somebody may change a user or get in as one: that user must hold nothing that they do not.

    Raises:
        Forbidden: the user may do more.
    """
    if user.username == actor.username and not actor.is_scoped:
        return
    there = {one.name for one in roles.list_roles(tx)[0]}
    try:
        check_may_give(tx, actor, [one for one in user.roles if one.role in there])
    except Forbidden as error:
        raise Forbidden(
            f"Forbidden: {user.username!r} may do more than {actor.username}, who so can't change them: {error.message}",
            username=user.username,
        ) from error


def check_may_scope(actor: Actor, scopes: Sequence[Grant] | None) -> None:
    """Whether a token with these scopes is no more than the token that asks for it.

    Raises:
        Forbidden: it would be.
    """
    bounds = actor.rights.scopes
    if bounds is None:
        return
    missing = next((one for one in scopes or () if not any(mine.includes(one) for mine in bounds)), None)
    if scopes is None or missing is not None:
        words = ", ".join(map(str, bounds))
        raise Forbidden(
            f"Forbidden: a token with scopes makes no token that is good for more ({missing or 'everything'}); its "
            f"scopes: {words}"
        )


def rights_in(tx: Tx, actor: Actor, workspace: str) -> Rights:
    """What somebody may do in any workspace, or in all of them."""
    if actor.via == "process":  # no user, but the owner of the server
        return actor.rights
    if actor.workspace not in (roles.EVERYWHERE, workspace):
        return replace(actor.rights, held=())
    return replace(actor.rights, held=roles.rights_of(tx, actor.username, workspace))


def _grants(tx: Tx, role: str) -> Sequence[Grant]:
    return BUILT_IN[role] if role in BUILT_IN else roles.get_role(tx, role).grants
