"""Roles: the built-in ones to look at, and those of one's own. Nobody gives a role what they have not themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from tradewind.api.auth.account_sight import sight_of_accounts
from tradewind.api.deps import Audit, Call, may
from tradewind.api.models.base import Body, ListQuery, Moment, Out, Total
from tradewind.api.wire import created, gone, listing, reply
from tradewind.base.errors import Forbidden, InvalidInput
from tradewind.base.policy import Action, Grant, Rights
from tradewind.db import roles
from tradewind.db.engine import Tx
from tradewind.db.roles import EVERYWHERE, RoleRecord

router = APIRouter(prefix="/auth/roles", tags=["Access"])

Reader = Annotated[Call, may("read", "role")]
Creator = Annotated[Call, may("create", "role")]
Editor = Annotated[Call, may("edit", "role")]
Deleter = Annotated[Call, may("delete", "role")]


class RoleBody(Body):
    name: str
    permissions: list[str]
    description: str | None = None


class RolePatchBody(Body):
    """What changes: all permissions, or some more, or some fewer."""

    permissions: list[str] | None = None
    add_permissions: list[str] = Field(default_factory=list)
    remove_permissions: list[str] = Field(default_factory=list)
    description: str | None = None


class HolderOut(Out):
    username: str
    workspace: str


class RoleResponse(Out):
    name: str
    description: str | None
    permissions: list[str]
    is_built_in: bool
    created_at: Moment | None
    updated_at: Moment | None


class RoleDetailsResponse(RoleResponse):
    holders: list[HolderOut]


class RoleCollectionResponse(Total):
    roles: list[RoleResponse]


def _out(record: RoleRecord) -> dict[str, object]:
    return {
        "name": record.name,
        "description": record.description,
        "permissions": [str(grant) for grant in record.grants],
        "is_built_in": record.is_built_in,
        "created_at": record.created_at,
        "updated_at": record.updated_at,
    }


def _grants(texts: Sequence[str]) -> tuple[Grant, ...]:
    return tuple(Grant.parse(text) for text in texts)


def _check_changes(tx: Tx, call: Call, action: Action, name: str, grants: Sequence[Grant]) -> None:
    """Roles are the same in all workspaces, so who changes them must have the right in all of them.

    Raises:
        Forbidden: the caller has it only here, or lacks something that the role is to allow.
    """
    rights = call.actor.rights
    if call.actor.via != "process":
        is_bound = call.actor.workspace != EVERYWHERE  # the token is for one workspace alone
        held = [] if is_bound else roles.rights_of(tx.whole, rights.who, EVERYWHERE)
        rights = Rights(rights.who, held, rights.scopes)
    decision = rights.decide(action, "role", name)
    if not decision.allowed:
        raise Forbidden(f"Forbidden: roles are the same in all workspaces, but {decision.reason}", role=name)
    lacking = [str(grant) for grant in grants if not rights.may_give(grant)]
    if lacking:
        raise Forbidden(
            f"Forbidden: nobody gives what they have not; {rights.who} lacks {', '.join(lacking)}", role=name
        )


@router.get("", operation_id="get_roles", response_model=RoleCollectionResponse)
async def get_roles(query: Annotated[ListQuery, Query()], call: Reader) -> Response:
    """Roles: the built-in ones, then those that people made."""
    names = call.names("read", "role")
    page = query.page(call.services.settings.api)
    if set(page.order_by) - {"", "name", "-name"}:
        raise InvalidInput("roles can be ordered by name only")
    everything, _ = await call.read(roles.list_roles)
    found = [one for one in everything if one.name in names]
    if page.order_by and page.order_by[0]:
        found.sort(key=lambda one: one.name, reverse=page.order_by[0].startswith("-"))
    shown = [_out(one) for one in found[page.offset : page.offset + page.limit]]
    return listing("roles", shown, len(found))


@router.get("/{role_name}", operation_id="get_role", response_model=RoleDetailsResponse)
async def get_role(role_name: str, call: Reader) -> Response:
    """One role, with who holds it, as far as you may see them."""

    def find(tx: Tx) -> dict[str, object]:
        record = roles.get_role(tx, role_name)
        sight = sight_of_accounts(tx, call)
        holders = [
            {"username": username, "workspace": workspace}
            for username, workspace in roles.holders_of(tx, role_name)
            if sight.sees_holding(username, workspace)
        ]
        return {**_out(record), "holders": holders}

    return reply(await call.read(find))


@router.post("", operation_id="create_role", response_model=RoleResponse, status_code=201)
async def create_role(body: RoleBody, call: Creator) -> Response:
    """Make a role."""
    grants = _grants(body.permissions)

    def add(tx: Tx) -> RoleRecord:
        _check_changes(tx, call, "create", body.name, grants)
        return roles.add_role(tx, body.name, grants, body.description, call.now)

    extra = {"role": body.name, "permissions": body.permissions}
    audit = Audit(event="create_role", extra=extra, about="role", names=[body.name])
    record = await call.write(audit, add)
    return created(_out(record))


@router.patch("/{role_name}", operation_id="patch_role", response_model=RoleResponse)
async def patch_role(role_name: str, body: RolePatchBody, call: Editor) -> Response:
    """Change what a role allows; who holds it has that within five seconds."""
    if body.permissions is not None and (body.add_permissions or body.remove_permissions):
        raise InvalidInput("give either all permissions, or those to add and remove")
    more, fewer = _grants(body.add_permissions), set(_grants(body.remove_permissions))

    def change(tx: Tx) -> RoleRecord:
        old = roles.get_role(tx, role_name).grants
        missing = fewer - set(old)
        if missing:
            raise InvalidInput(f"the role {role_name!r} has no {', '.join(sorted(map(str, missing)))}", role=role_name)
        new = (*(one for one in old if one not in fewer), *more)
        if body.permissions is not None:
            new = _grants(body.permissions)
        _check_changes(tx, call, "edit", role_name, [one for one in new if one not in old])
        is_same = body.permissions is None and not more and not fewer
        return roles.change_role(tx, role_name, call.now, None if is_same else new, body.description)

    extra = {"role": role_name, **body.model_dump(exclude_unset=True)}
    audit = Audit(event="patch_role", extra=extra, about="role", names=[role_name])
    record = await call.write(audit, change)
    call.desk.sessions.forget()
    return reply(_out(record))


@router.delete("/{role_name}", operation_id="delete_role", status_code=204)
async def delete_role(role_name: str, call: Deleter) -> Response:
    """Delete a role that nobody holds."""

    def delete(tx: Tx) -> None:
        _check_changes(tx, call, "delete", role_name, ())
        roles.delete_role(tx, role_name)

    await call.write(Audit(event="delete_role", extra={"role": role_name}, about="role", names=[role_name]), delete)
    call.desk.sessions.forget()
    return gone()
