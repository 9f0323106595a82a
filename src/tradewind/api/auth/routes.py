"""How to get a token: name and password, as JSON or as a form."""

from __future__ import annotations

from urllib.parse import parse_qs

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from tradewind.api.models.base import Out
from tradewind.api.wire import created
from tradewind.base.errors import InvalidInput, Unauthenticated

router = APIRouter(prefix="/auth", tags=["Login"])


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


async def _login(request: Request, ttl_s: int) -> Response:
    body = await _body(request)
    desk = request.app.state.desk
    token = await desk.sessions.log_in(body.username, body.password, ttl_s, desk.read)
    return created({"access_token": token})


async def _body(request: Request) -> LoginBody:
    raw = await request.body()
    try:
        if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            form = {name: values[-1] for name, values in parse_qs(raw.decode(), keep_blank_values=True).items()}
            return msgspec.convert(form, LoginBody)
        return msgspec.json.decode(raw, type=LoginBody)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InvalidInput(f"the body must hold username and password, as JSON or as a form: {error}") from error


@router.post(
    "/token", operation_id="create_token", status_code=201, response_model=LoginResponse, openapi_extra=OPENAPI
)
async def create_token(request: Request) -> Response:
    """A token for a name and password."""
    return await _login(request, request.app.state.desk.services.settings.auth.token_ttl_s)


@router.post(
    "/token/cli", operation_id="create_token_cli", status_code=201, response_model=LoginResponse, openapi_extra=OPENAPI
)
async def create_token_cli(request: Request) -> Response:
    """A token with a shorter life, for command lines."""
    return await _login(request, request.app.state.desk.services.settings.auth.cli_token_ttl_s)


@router.get("/token", operation_id="create_token_all_admins", status_code=201, response_model=LoginResponse)
async def create_token_all_admins() -> Response:
    """Airflow gives tokens to anybody when told to; this server never does."""
    raise Unauthenticated("this server gives tokens only for a name and password: POST /auth/token")
