"""Users: the people who may log in. Nobody makes anybody more than they are themselves."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from tradewind.api.auth import accounts
from tradewind.api.deps import Call, masked, may
from tradewind.api.models.people import AccountQuery, UserBody, UserCollectionResponse, UserPatchBody, UserResponse
from tradewind.api.wire import created, gone, listing, reply
from tradewind.db.users import PERSON, UserRecord

__all__ = ["router", "user_out"]

router = APIRouter(prefix="/auth/users", tags=["Access"])

Reader = Annotated[Call, may("read", "user")]
Creator = Annotated[Call, may("create", "user")]
Editor = Annotated[Call, may("edit", "user")]
Deleter = Annotated[Call, may("delete", "user")]
FIELDS = tuple(UserPatchBody.model_fields)


def user_out(user: UserRecord) -> dict[str, object]:
    """`UserResponse`."""
    return {
        "username": user.username,
        "kind": user.kind,
        "roles": [accounts.role_out(one) for one in user.roles],
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "description": user.description,
        "issuer": user.issuer,
        "has_password": user.password_hash is not None,
        "is_active": user.is_active,
        "created_at": user.created_at,
        "last_login_at": user.last_login_at,
    }


@router.get("", operation_id="get_users", response_model=UserCollectionResponse)
async def get_users(call: Reader, query: Annotated[AccountQuery, Query()]) -> Response:
    """Users."""
    page = query.page(call.services.settings.api, "username")
    found, total = await call.read(lambda tx: accounts.listed(tx, call, PERSON, page, query.username_pattern))
    return listing("users", [user_out(user) for user in found], total)


@router.post("", operation_id="post_user", status_code=201, response_model=UserResponse)
async def post_user(body: UserBody, call: Creator) -> Response:
    """Make a user; without a password nobody can log in as them by one."""
    call.check("create", "user", body.username)
    fields = body.model_dump(exclude={"password", "roles", "is_active"})
    if body.password is not None:
        fields["password_hash"] = await call.desk.sessions.logins.hash(body.password)
    return created(user_out(await accounts.add(call, PERSON, body.roles or (), fields | _active(body))))


def _active(body: UserPatchBody) -> dict[str, object]:
    return {} if body.is_active is None else {"is_active": body.is_active}


@router.get("/{username}", operation_id="get_user", response_model=UserResponse)
async def get_user(username: str, call: Reader) -> Response:
    """One user."""
    return reply(user_out(await call.read(lambda tx: accounts.shown(tx, call, username, PERSON))))


@router.patch("/{username}", operation_id="patch_user", response_model=UserResponse)
async def patch_user(
    username: str, body: UserPatchBody, call: Editor, update_mask: Annotated[list[str] | None, Query()] = None
) -> Response:
    """Change a user. A new password and an end to it all end their sessions and the tokens of their log-ins."""
    given = masked(FIELDS, body.model_dump(exclude_unset=True), update_mask)
    fields = {name: value for name, value in given.items() if name not in {"password", "roles", "is_active"}}
    if given.get("password") is not None:
        fields["password_hash"] = await call.desk.sessions.logins.hash(body.password or "")
    if given.get("is_active") is not None:
        fields |= _active(body)
    wanted = body.roles if "roles" in given else None
    return reply(user_out(await accounts.change(call, username, PERSON, wanted, fields)))


@router.delete("/{username}", operation_id="delete_user", status_code=204)
async def delete_user(username: str, call: Deleter) -> Response:
    """Remove a user; their tokens and sessions end with them."""
    await accounts.delete(call, username, PERSON)
    return gone()


@router.post("/{username}/unlock", operation_id="unlock_user", status_code=204)
async def unlock_user(username: str, call: Editor) -> Response:
    """Let a user log in again who is locked out after too many failures."""
    await accounts.unlock(call, username)
    return gone()
