"""How to get in and out: a token or a session for a name and password."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from tradewind.api.auth import addresses
from tradewind.api.models.base import Out
from tradewind.api.problems import TooLarge
from tradewind.api.wire import created
from tradewind.base.errors import InvalidInput, Unauthenticated

router = APIRouter(prefix="/auth", tags=["Login"])

LARGEST = 32 * 1024
"""Bytes of a log-in's body; the longest name and password take half of that as a form."""
MOST_FIELDS = 20


class LoginResponse(Out):
    access_token: str


class LoginBody(msgspec.Struct, forbid_unknown_fields=False):
    """What people log in with."""

    username: str
    password: str


BODY_SCHEMA = {
    "type": "object",
    "required": ["username", "password"],
    "properties": {"username": {"type": "string"}, "password": {"type": "string", "format": "password"}},
}
OPENAPI = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": BODY_SCHEMA},
            "application/x-www-form-urlencoded": {"schema": BODY_SCHEMA},
        },
    }
}


_ERROR = {"type": "object", "required": ["detail"], "properties": {"detail": {"type": "string"}}}
REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"description": words, "content": {"application/json": {"schema": _ERROR}}}
    for status, words in (
        (400, "The body holds no name and password"),
        (401, "The name or the password is wrong"),
        (429, "The name or the address is locked; Retry-After says for how long"),
    )
}
"""How a log-in is refused."""


async def _token(request: Request, ttl_s: int) -> Response:
    desk = request.app.state.desk
    now = desk.services.clock.now()  # before the check: a password changed from here on ends this token, too
    body = await checked(request)
    token = desk.sessions.tokens.mint(body.username, desk.services.ids.new(), now, ttl_s)
    return created({"access_token": token})


async def checked(request: Request) -> LoginBody:
    """The name and password that a request brings, once they are known to be right.

    Raises:
        Unauthenticated: they are not.
        TooManyRequests: the name or the address is locked.
    """
    body = await _body(request)
    desk = request.app.state.desk
    address = addresses.address_of(request, desk.sessions.trusted_proxies)
    await desk.sessions.logins.check(body.username, body.password, address, desk)
    return body


async def _body(request: Request) -> LoginBody:
    raw = await _raw(request)
    try:
        if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            fields = parse_qs(raw.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
            return msgspec.convert({name: values[-1] for name, values in fields.items()}, LoginBody)
        return msgspec.json.decode(raw, type=LoginBody)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        # what curl says of a body unless it is told otherwise
        hint = " (JSON needs the header Content-Type: application/json)" if raw.lstrip().startswith(b"{") else ""
        raise InvalidInput(f"the body must hold username and password, as JSON or as a form: {error}{hint}") from error


async def _raw(request: Request) -> bytes:
    """The body, of which no more is taken than a log-in needs: anybody may send one.

    Raises:
        TooLarge: there is more.
    """
    raw = bytearray()
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > LARGEST:
            raise TooLarge(f"the body of a log-in has at most {LARGEST} bytes")
    return bytes(raw)


@router.post(
    "/token",
    operation_id="create_token",
    status_code=201,
    response_model=LoginResponse,
    openapi_extra=OPENAPI,
    responses=REFUSALS,
)
async def create_token(request: Request) -> Response:
    """A token for a name and password."""
    return await _token(request, request.app.state.desk.services.settings.auth.token_ttl_s)


@router.post(
    "/token/cli",
    operation_id="create_token_cli",
    status_code=201,
    response_model=LoginResponse,
    openapi_extra=OPENAPI,
    responses=REFUSALS,
)
async def create_token_cli(request: Request) -> Response:
    """A token with a shorter life, for command lines."""
    return await _token(request, request.app.state.desk.services.settings.auth.cli_token_ttl_s)


@router.get(
    "/token",
    operation_id="create_token_all_admins",
    status_code=201,
    response_model=LoginResponse,
    responses={401: REFUSALS[401]},
)
async def create_token_all_admins() -> Response:
    """Airflow gives tokens to anybody when told to; this server never does."""
    raise Unauthenticated("this server gives tokens only for a name and password: POST /auth/token")
