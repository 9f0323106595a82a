"""The words of permissions, and whether somebody may do something, with the reason."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import APIRouter, Query
from starlette.responses import Response

from tradewind.api.auth.account_sight import sight_of_accounts
from tradewind.api.deps import Call, signed_in
from tradewind.api.models.base import Out
from tradewind.api.permissions import PARAMETERS
from tradewind.api.wire import reply
from tradewind.base.errors import InvalidInput, NotFound
from tradewind.base.policy import ACTIONS, BELOW_A_DAG, BUNDLES, RESOURCES, Action, Resource, Rights
from tradewind.db.engine import Tx
from tradewind.db.roles import rights_of
from tradewind.db.users import get_user

router = APIRouter(prefix="/auth", tags=["Access"])


class ResourceOut(Out):
    name: str
    named_by: str | None


class PermissionsResponse(Out):
    actions: list[str]
    resources: list[ResourceOut]
    scopes: dict[str, list[str]]


class CanIResponse(Out):
    allowed: bool
    reason: str
    username: str
    workspace: str
    action: str
    resource: str
    name: str | None
    role: str | None
    permission: str | None


@router.get("/permissions", operation_id="get_permissions", response_model=PermissionsResponse)
async def get_permissions(_: Annotated[Call, signed_in()]) -> Response:
    """The words that permissions are made of: `action:resource:names`. Scopes of tokens may also use short words."""
    body = {
        "actions": ACTIONS,
        "resources": [{"name": name, "named_by": _named_by(name)} for name in RESOURCES],
        "scopes": {f"{word}:DAG": [f"{one}:DAG" for one in parts] for word, parts in BUNDLES.items()},
    }
    return reply(body)


def _named_by(resource: Resource) -> str | None:
    if resource in BELOW_A_DAG:
        return "dag_id"
    return "asset name" if resource == "asset" else PARAMETERS.get(resource)


@router.get("/can-i", operation_id="can_i", response_model=CanIResponse)
async def can_i(
    call: Annotated[Call, signed_in()],
    action: Annotated[str, Query()],
    resource: Annotated[str, Query()],
    name: Annotated[str | None, Query()] = None,
    username: Annotated[str | None, Query()] = None,
) -> Response:
    """Whether you may do something, and why; without a name: to anything at all. Of others, for those who may read users."""
    if action not in ACTIONS:
        raise InvalidInput(f"no action {action!r}; there are {', '.join(ACTIONS)}", action=action)
    if resource not in RESOURCES:
        raise InvalidInput(f"no resource {resource!r}; there are {', '.join(RESOURCES)}", resource=resource)
    rights = await _rights(call, username)
    decision = rights.decide(cast("Action", action), cast("Resource", resource), name)
    held = decision.held
    return reply(
        {
            "allowed": decision.allowed,
            "reason": decision.reason,
            "username": rights.who,
            "workspace": call.workspace,
            "action": action,
            "resource": resource,
            "name": name,
            "role": held.role if held else None,
            "permission": str(held.grant) if held else None,
        }
    )


async def _rights(call: Call, username: str | None) -> Rights:
    """What the caller may, or another user: by their roles alone, whatever the tokens of either say."""
    if username is None or username == call.actor.username:
        return call.actor.rights
    call.check("read", "user", username)

    def find(tx: Tx) -> Rights:
        user = get_user(tx, username)
        if not sight_of_accounts(tx, call).sees(user):
            raise NotFound(f"there is no user {username!r}", username=username)
        return Rights(username, rights_of(tx, username, call.workspace))

    return await call.read(find)
