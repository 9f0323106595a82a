"""Who somebody is here whom the provider vouches for, and which roles their groups give them today."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

import msgspec

from tradewind.base.errors import Forbidden, InvalidInput
from tradewind.base.oidc_settings import OidcSettings
from tradewind.db import roles, users, workspaces
from tradewind.db.engine import Tx
from tradewind.db.users import ANY_WORKSPACE, Holding, UserRecord

__all__ = ["admit", "claim", "role_map", "wanted_claims"]

ORIGIN = "oidc"


def role_map(settings: OidcSettings) -> dict[str, list[str]]:
    """The roles by group, as the settings say.

    Raises:
        InvalidInput: they are no JSON object of texts and lists of texts.
    """
    if not settings.roles:
        return {}
    try:
        given = msgspec.json.decode(settings.roles.encode(), type=dict[str, str | list[str]])
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise InvalidInput(
            f'oidc.roles must be a JSON object such as {{"data": "User", "ops": ["Op", "Admin@sales"]}}: {error}',
            name="oidc.roles",
        ) from error
    return {group: [held] if isinstance(held, str) else held for group, held in given.items()}


def claim(claims: Mapping[str, Any], name: str) -> Any:
    """A claim by its name, or by a way into objects with dots; None: there is none."""
    if name in claims:  # first: names that are addresses have dots, too
        return claims[name]
    found: Any = claims
    for part in name.split("."):
        found = cast("Mapping[str, Any]", found).get(part) if isinstance(found, Mapping) else None
    return found


def wanted_claims(settings: OidcSettings) -> list[str]:
    """What the settings ask for, and an ID token may leave to the provider's other answer."""
    groups = [settings.groups_claim] if settings.roles else []
    email = ["email"] if settings.allowed_domains else []
    return [settings.username_claim, *groups, *email]


def admit(tx: Tx, claims: Mapping[str, Any], settings: OidcSettings, now: datetime) -> UserRecord:
    """The user whom these claims are about, with the roles that they have from now on; made where the settings say so.

    Somebody who was there and has no role any more is returned without one, not refused: losing it must be kept.

    Raises:
        Forbidden: they do not get in.
        Conflict: they would lose the role Admin, and nobody else has it.
        InvalidInput: the settings name a role or workspace that is not there, or nobody can have the name.
    """
    _check_domain(claims, settings)
    held = _holdings(tx, claims, settings)
    user = users.find_by_identity(tx, settings.issuer, claims["sub"]) or _newcomer(tx, claims, settings, now, held)
    if not user.is_active:
        raise Forbidden(f"the user {user.username!r} is not active; an admin can change that", username=user.username)
    users.set_roles(tx, user.username, held, origin=ORIGIN)
    told = {"email": "email", "first_name": "given_name", "last_name": "family_name"}
    known = {field: claims[name][:250] for field, name in told.items() if isinstance(claims.get(name), str)}
    return users.update_user(tx, user.username, last_login_at=now, **known)


def _newcomer(
    tx: Tx, claims: Mapping[str, Any], settings: OidcSettings, now: datetime, held: list[Holding]
) -> UserRecord:
    name = claim(claims, settings.username_claim)
    if not isinstance(name, str) or not name:
        raise Forbidden(
            f"the identity provider does not say the claim {settings.username_claim!r}, which oidc.username_claim names; "
            "ask for its scope in oidc.scopes"
        )
    if settings.username_claim == "email" and claims.get("email_verified") is not True:
        raise Forbidden("the identity provider does not say that the e-mail address is verified")
    users.check_name(name)
    identity = {"issuer": settings.issuer, "subject": claims["sub"]}
    there = users.find(tx, name)
    if there is not None:
        is_free = there.password_hash is None and there.issuer is None and there.kind == users.PERSON
        if not (settings.link_users and is_free):
            raise Forbidden(
                f"there is a user {name!r} already who is not known to be the same; an admin can rename or remove one of "
                "them, or make users without a password and set oidc.link_users",
                username=name,
            )
        return users.update_user(tx, name, **identity)
    if not settings.auto_create:
        raise Forbidden(f"there is no user {name!r}, and oidc.auto_create makes none; ask an admin", username=name)
    if not held:
        raise Forbidden(
            f"none of the groups of {name!r} gives a role (oidc.roles), and there is no oidc.default_role; ask an admin",
            username=name,
        )
    users.add_user(tx, UserRecord(username=name, created_at=now, **identity))
    return users.get_user(tx, name)


def _check_domain(claims: Mapping[str, Any], settings: OidcSettings) -> None:
    allowed = {one.strip().lower().removeprefix("@") for one in settings.allowed_domains.split(",") if one.strip()}
    if not allowed:
        return
    email = claims.get("email")
    if not isinstance(email, str) or claims.get("email_verified") is not True:
        raise Forbidden(
            "only verified e-mail addresses of some domains get in (oidc.allowed_domains), and the identity provider says "
            "none that is verified"
        )
    if email.rpartition("@")[2].lower() not in allowed:
        raise Forbidden("the domain of this e-mail address does not get in (oidc.allowed_domains)")


def _holdings(tx: Tx, claims: Mapping[str, Any], settings: OidcSettings) -> list[Holding]:
    found = claim(claims, settings.groups_claim)
    groups = [found] if isinstance(found, str) else found if isinstance(found, list) else []
    by_group = role_map(settings)
    named = [role for group in cast("list[Any]", groups) if isinstance(group, str) for role in by_group.get(group, ())]
    if not named and settings.default_role:
        named = [settings.default_role]
    held: list[Holding] = []
    for one in dict.fromkeys(named):
        role, _, workspace = one.partition("@")
        if workspace and not workspaces.exists(tx, workspace):
            raise InvalidInput(f"oidc.roles: there is no workspace {workspace!r}", name="oidc.roles")
        held.append(Holding(roles.known_role(tx, role), workspace or ANY_WORKSPACE))
    return held
