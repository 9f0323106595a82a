"""Tokens by name: made for oneself or for a service account, shown once, listed and taken back."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from tradewind.api.auth import accounts
from tradewind.api.auth.account_sight import AccountSight, sight_of_accounts
from tradewind.api.auth.giving import check_may_change, check_may_scope
from tradewind.api.auth.routes import REFUSALS
from tradewind.api.deps import Audit, Call, may
from tradewind.api.models.people import NewTokenResponse, TokenBody, TokenCollectionResponse, TokenQuery
from tradewind.api.wire import created, gone, listing
from tradewind.base.errors import Forbidden, InvalidInput, NotFound
from tradewind.base.policy import parse_scopes
from tradewind.db import tokens, users
from tradewind.db.engine import Tx
from tradewind.db.tokens import TokenRecord
from tradewind.db.users import ANY_WORKSPACE, PERSON, SERVICE

router = APIRouter(prefix="/auth/tokens", tags=["Access"])

Reader = Annotated[Call, may("read", "token")]
Creator = Annotated[Call, may("create", "token")]
Deleter = Annotated[Call, may("delete", "token")]
EVERYBODY = "~"


def _out(one: TokenRecord) -> dict[str, object]:
    """`TokenResponse`."""
    return {
        "id": one.id,
        "name": one.name,
        "username": one.username,
        "workspace": one.workspace,
        "scopes": one.scopes,
        "created_at": one.created_at,
        "created_by": one.created_by,
        "expires_at": one.expires_at,
        "last_used_at": one.last_used_at,
        "revoked_at": one.revoked_at,
    }


@router.get("", operation_id="get_tokens", response_model=TokenCollectionResponse)
async def get_tokens(call: Reader, query: Annotated[TokenQuery, Query()]) -> Response:
    """One's own tokens; those of others for who may read users."""
    whose = query.username or call.actor.username
    page = query.page(call.services.settings.api, "created_at")

    def find(tx: Tx) -> tuple[list[TokenRecord], int]:
        if whose == EVERYBODY:
            if not call.names("read", "user").everything:
                raise Forbidden(
                    "Forbidden: everybody's tokens are shown to who may read all users (read:user); name one user"
                )
            places = sight_of_accounts(tx, call).places
            return tokens.list_tokens(tx, call.now, page, is_live=query.is_live, workspaces=places)
        places = None
        if whose != call.actor.username:
            places = _check_is_mine(tx, call, whose, "read").places
        return tokens.list_tokens(tx, call.now, page, username=whose, is_live=query.is_live, workspaces=places)

    found, total = await call.read(find)
    return listing("tokens", [_out(one) for one in found], total)


def _check_is_mine(tx: Tx, call: Call, username: str, action: Literal["read", "edit"]) -> AccountSight:
    """Whether the tokens of this user are the caller's to look at, or to take back; and which accounts' are."""
    user = users.find(tx, username)
    kind = PERSON if user is None else user.kind
    call.check(action, "service_account" if kind == SERVICE else "user", username)
    return sight_of_accounts(tx, call, kind, action)


@router.post(
    "",
    operation_id="post_token",
    status_code=201,
    response_model=NewTokenResponse,
    responses={404: REFUSALS[400] | {"description": "There is no such workspace, user or service account"}},
)
async def post_token(body: TokenBody, call: Creator) -> Response:
    """Make a token; it is shown this once. Never good for more than what asks for it."""
    longest = call.services.settings.auth.longest_token_ttl_s
    if body.expires_in > longest:
        raise InvalidInput(
            f"expires_in: {longest} s ({longest // 86_400} days) at most (auth.longest_token_ttl_s)", name="expires_in"
        )
    scopes = None if body.scopes is None else parse_scopes(body.scopes)
    check_may_scope(call.actor, scopes)
    ends = call.now + timedelta(seconds=body.expires_in)
    bound = call.actor.workspace
    is_wider = bound not in (ANY_WORKSPACE, body.workspace)
    if call.actor.is_scoped and (is_wider or ends.timestamp() > call.actor.expires_at):
        raise Forbidden("Forbidden: a token with bounds makes none for another workspace or with a longer life")
    if body.workspace != ANY_WORKSPACE:
        await call.desk.check_workspace(body.workspace)
    new = TokenRecord(
        id=call.services.ids.new(),
        username=body.username or call.actor.username,
        name=body.name,
        workspace=body.workspace,
        scopes=None if scopes is None else [str(scope) for scope in scopes],
        created_at=call.now,
        created_by=call.actor.username,
        expires_at=ends,
    )

    def add(tx: Tx) -> None:
        if call.actor.via == "process":  # the owner of the server, whose users these are
            users.get_user(tx, new.username)
        elif new.username != call.actor.username:
            call.check("edit", "service_account", new.username)
            account = accounts.found(tx, call, new.username, SERVICE, "edit")
            check_may_change(tx, call.actor, account)
        else:
            users.get_user(tx, new.username)
        tokens.add_token(tx, new)

    said = {"token_id": new.id, "name": new.name, "username": new.username, "scopes": new.scopes}
    await call.write(Audit(event="create_token", extra=said, about="token", names=[new.id]), add)
    token = call.desk.sessions.tokens.mint(new.username, new.id, call.now, body.expires_in, "named")
    return created(_out(new) | {"token": token})


@router.delete("/{token_id}", operation_id="delete_token", status_code=204)
async def delete_token(token_id: str, call: Deleter) -> Response:
    """Take a token back; within seconds no server takes it any more."""

    def revoke(tx: Tx) -> None:
        found = tokens.find_token(tx, token_id)
        is_mine = found is not None and found.username == call.actor.username
        places = None if found is None or is_mine else _check_is_mine(tx, call, found.username, "edit").places
        if found is None or not tokens.is_in(tx, found, places):
            raise NotFound(f"there is no token with the id {token_id[:64]!r}", token_id=token_id[:64])
        if not is_mine and (owner := users.find(tx, found.username)) is not None:
            check_may_change(tx, call.actor, owner)
        tokens.revoke_token(tx, token_id, call.now)

    await call.write(
        Audit(event="revoke_token", extra={"token_id": token_id[:64]}, about="token", names=[token_id[:64]]), revoke
    )
    call.desk.sessions.forget(token_id)
    return gone()
