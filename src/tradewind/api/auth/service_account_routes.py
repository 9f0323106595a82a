"""Service accounts: programs that use the API. They have no password and no session, only tokens."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from tradewind.api.auth import accounts
from tradewind.api.deps import Call, masked, may
from tradewind.api.models.people import (
    AccountQuery,
    ServiceAccountBody,
    ServiceAccountCollectionResponse,
    ServiceAccountPatchBody,
    ServiceAccountResponse,
)
from tradewind.api.wire import created, gone, listing, reply
from tradewind.db.users import SERVICE, UserRecord

router = APIRouter(prefix="/auth/service-accounts", tags=["Access"])

Reader = Annotated[Call, may("read", "service_account")]
Creator = Annotated[Call, may("create", "service_account")]
Editor = Annotated[Call, may("edit", "service_account")]
Deleter = Annotated[Call, may("delete", "service_account")]
FIELDS = tuple(ServiceAccountPatchBody.model_fields)


def _out(user: UserRecord) -> dict[str, object]:
    """`ServiceAccountResponse`."""
    return {
        "username": user.username,
        "kind": user.kind,
        "roles": [accounts.role_out(one) for one in user.roles],
        "description": user.description,
        "is_active": user.is_active,
        "created_at": user.created_at,
    }


@router.get("", operation_id="get_service_accounts", response_model=ServiceAccountCollectionResponse)
async def get_service_accounts(call: Reader, query: Annotated[AccountQuery, Query()]) -> Response:
    """Service accounts."""
    page = query.page(call.services.settings.api, "username")
    found, total = await call.read(lambda tx: accounts.listed(tx, call, SERVICE, page, query.username_pattern))
    return listing("service_accounts", [_out(user) for user in found], total)


@router.post("", operation_id="post_service_account", status_code=201, response_model=ServiceAccountResponse)
async def post_service_account(body: ServiceAccountBody, call: Creator) -> Response:
    """Make a service account; `POST /auth/tokens` with its name makes its tokens."""
    call.check("create", "service_account", body.username)
    fields = body.model_dump(exclude={"roles"}, exclude_none=True)
    return created(_out(await accounts.add(call, SERVICE, body.roles or (), fields)))


@router.get("/{account_name}", operation_id="get_service_account", response_model=ServiceAccountResponse)
async def get_service_account(account_name: str, call: Reader) -> Response:
    """One service account."""
    return reply(_out(await call.read(lambda tx: accounts.shown(tx, call, account_name, SERVICE))))


@router.patch("/{account_name}", operation_id="patch_service_account", response_model=ServiceAccountResponse)
async def patch_service_account(
    account_name: str,
    body: ServiceAccountPatchBody,
    call: Editor,
    update_mask: Annotated[list[str] | None, Query()] = None,
) -> Response:
    """Change a service account. One that is not active has no tokens that count."""
    given = masked(FIELDS, body.model_dump(exclude_unset=True), update_mask)
    fields = {name: value for name, value in given.items() if name != "roles"}
    if fields.get("is_active", True) is None:
        del fields["is_active"]
    wanted = body.roles if "roles" in given else None
    return reply(_out(await accounts.change(call, account_name, SERVICE, wanted, fields)))


@router.delete("/{account_name}", operation_id="delete_service_account", status_code=204)
async def delete_service_account(account_name: str, call: Deleter) -> Response:
    """Remove a service account; its tokens end with it."""
    await accounts.delete(call, account_name, SERVICE)
    return gone()
