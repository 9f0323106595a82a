"""Oneself: who the server takes one for, one's password, and one's sessions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import Response

from tradewind.api.auth import addresses
from tradewind.api.auth.login_routes import with_cookies
from tradewind.api.auth.routes import REFUSALS
from tradewind.api.auth.user_routes import user_out
from tradewind.api.deps import Audit, Call, signed_in
from tradewind.api.models.people import MeResponse, PasswordBody, SessionCollectionResponse
from tradewind.api.wire import gone, listing, reply
from tradewind.base.errors import Forbidden, InvalidInput, NotFound, Unauthenticated
from tradewind.db import login_sessions, users
from tradewind.db.engine import Tx
from tradewind.db.login_sessions import SessionRecord

router = APIRouter(prefix="/auth", tags=["Access"])

Self = Annotated[Call, signed_in()]


@router.get("/me", operation_id="get_me", response_model=MeResponse)
async def get_me(call: Self) -> Response:
    """Who the server takes one for, and what one may do in this workspace."""
    actor = call.actor
    user = await call.read(lambda tx: users.find(tx, actor.username))
    scopes = actor.rights.scopes
    return reply(
        {
            "username": actor.username,
            "kind": actor.kind,
            "via": actor.via,
            "workspace": call.workspace,
            "grants": [{"grant": str(one.grant), "role": one.role} for one in actor.rights.held],
            "scopes": None if scopes is None else [str(scope) for scope in scopes],
            "expires_at": None if actor.expires_at == float("inf") else datetime.fromtimestamp(actor.expires_at, UTC),
            "csrf_token": call.desk.sessions.csrf(actor.token_id) if actor.via == "session" else None,
            "user": None if user is None else user_out(user),
        }
    )


@router.put("/me/password", operation_id="put_my_password", status_code=204, responses={429: REFUSALS[429]})
async def put_my_password(request: Request, body: PasswordBody, call: Self) -> Response:
    """Change one's own password. All sessions and tokens of log-ins end but this session, which is replaced."""
    actor, sessions = call.actor, call.desk.sessions
    if actor.is_scoped or actor.kind == "service" or actor.via in ("proxy", "process"):
        raise Forbidden("Forbidden: a password is changed by the one who has logged in with it")
    address = addresses.address_of(request, sessions.trusted_proxies)
    if body.current_password == body.new_password:
        raise InvalidInput("the new password is the old one")
    new = await sessions.logins.hash(body.new_password)
    try:
        await sessions.logins.check(actor.username, body.current_password, address, call.desk, "confirm_password")
    except Unauthenticated as error:
        raise InvalidInput("the current password is wrong") from error

    def change(tx: Tx) -> None:
        login_sessions.end_sessions(tx, actor.username)
        users.update_user(tx, actor.username, password_hash=new, tokens_from=call.now)

    await call.write(
        Audit(event="change_password", extra={"username": actor.username}, about="user", names=[actor.username]), change
    )
    sessions.forget()
    if actor.via != "session":
        return gone()
    opened = await sessions.open(call.desk, actor.username, request)
    return with_cookies(gone(), opened.cookies)


# -- sessions --------------------------------------------------------------------------------------------------------


@router.get("/sessions", operation_id="get_my_sessions", response_model=SessionCollectionResponse)
async def get_my_sessions(call: Self) -> Response:
    """One's own sessions that still count, the newest first."""
    idle_since = call.now - timedelta(seconds=call.services.settings.auth.session_idle_s)
    found = await call.read(lambda tx: login_sessions.sessions_of(tx, call.actor.username, call.now, idle_since))
    return listing("sessions", [_session_out(one, call) for one in found], len(found))


def _session_out(one: SessionRecord, call: Call) -> dict[str, object]:
    return {
        "id": one.id,
        "created_at": one.created_at,
        "expires_at": one.expires_at,
        "seen_at": one.seen_at,
        "address": one.address,
        "user_agent": one.user_agent,
        "is_current": one.id == call.actor.token_id,
    }


@router.delete("/sessions", operation_id="delete_my_other_sessions", status_code=204)
async def delete_my_other_sessions(call: Self) -> Response:
    """End all of one's own sessions but the one that asks."""
    _check_is_whole(call)
    mine = call.actor.token_id if call.actor.via == "session" else None
    await call.write(
        Audit(event="end_sessions", extra={"username": call.actor.username}),
        lambda tx: login_sessions.end_sessions(tx, call.actor.username, but=mine),
    )
    call.desk.sessions.forget()
    return gone()


@router.delete("/sessions/{session_id}", operation_id="delete_my_session", status_code=204)
async def delete_my_session(session_id: str, call: Self) -> Response:
    """End one of one's own sessions."""
    _check_is_whole(call)

    def end(tx: Tx) -> None:
        found = login_sessions.find_session(tx, session_id)
        if found is None or found.username != call.actor.username:
            raise NotFound(f"you have no session {session_id[:64]!r}")
        login_sessions.end_session(tx, session_id)

    await call.write(Audit(event="end_session", extra={"username": call.actor.username}), end)
    call.desk.sessions.forget(session_id)
    return gone()


def _check_is_whole(call: Call) -> None:
    if call.actor.is_scoped:
        raise Forbidden("Forbidden: a token with scopes ends no sessions; log in, or use a token without scopes")
