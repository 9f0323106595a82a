"""How a browser logs in by the identity provider: off to it, back from it, and out of it again."""

from __future__ import annotations

from html import escape
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tradewind.api.auth import addresses
from tradewind.api.auth.login_routes import LOGIN_PAGE, PAGE_HEADERS, Next, home_of, next_of, page, with_cookies
from tradewind.api.auth.next_urls import HOME
from tradewind.api.auth.oidc.flow import LIFE_S, browser_cookie
from tradewind.api.auth.routes import REFUSALS
from tradewind.api.deps import Desk
from tradewind.api.problems import status_of
from tradewind.base.errors import TradewindError

router = APIRouter(prefix="/auth/oidc", tags=["Login"])

PATH = "/auth/oidc"
LOGOUT_PATH = "/api/v2/auth/logout"
HINT_COOKIE = "tradewind_oidc_hint"
"""Holds the ID token of who logged in by the provider: it wants to see that before it ends a session without asking."""
LONGEST_COOKIE = 3800
_PAGE = {"text/html": {"schema": {"type": "string"}}}


def _words(words: str) -> dict[str, Any]:
    return {"description": words, "content": _PAGE}


@router.get(
    "/login",
    operation_id="oidc_login",
    status_code=303,
    response_class=RedirectResponse,
    responses={
        303: {"description": "On to the identity provider"},
        400: {**REFUSALS[400], "description": "An unsafe `next`"},
        404: _words("No identity provider is set up"),
        429: _words("Too many log-ins are under way"),
        503: _words("The identity provider does not answer"),
    },
)
async def oidc_login(request: Request, next: Next = None) -> Response:
    """On to the identity provider, and from there to `next`."""
    target = next_of(request, next)
    desk: Desk = request.app.state.desk
    address = addresses.address_of(request, desk.sessions.trusted_proxies)
    try:
        sent = await desk.sessions.oidc.begin(target, _redirect_uri(request), address, desk)
    except TradewindError as error:
        return _refused(error)
    cookie = _cookie(request, browser_cookie(sent.state), sent.browser, LIFE_S, PATH)
    return with_cookies(RedirectResponse(sent.url, 303), (cookie,))


@router.get(
    "/callback",
    operation_id="oidc_callback",
    status_code=303,
    response_class=RedirectResponse,
    responses={
        303: {"description": "Logged in: on to `next`"},
        400: _words("No such log-in is under way in this browser"),
        401: _words("The provider refused, or its answer is not valid"),
        403: _words("The settings do not let this person in"),
        404: _words("No identity provider is set up"),
        409: _words("They would lose the role Admin, and nobody else has it"),
        429: _words("Too many log-ins are under way"),
        503: _words("The identity provider does not answer"),
    },
)
async def oidc_callback(
    request: Request,
    state: Annotated[str | None, Query()] = None,
    code: Annotated[str | None, Query()] = None,  # noqa: ARG001 - read with the others; here for the description
    iss: Annotated[str | None, Query()] = None,  # noqa: ARG001
    error: Annotated[str | None, Query()] = None,  # noqa: ARG001
) -> Response:
    """Where the identity provider sends a browser back to."""
    desk: Desk = request.app.state.desk
    sessions = desk.sessions
    name = browser_cookie(state or "")
    gone = _cookie(request, name, "", 0, PATH)
    address = addresses.address_of(request, sessions.trusted_proxies)
    try:
        back = await sessions.oidc.finish(
            dict(request.query_params), request.cookies.get(name), _redirect_uri(request), address, desk
        )
    except TradewindError as refusal:
        sessions.forget()  # roles may have gone
        return with_cookies(_refused(refusal), (gone,))
    sessions.forget()  # roles may have changed
    opened = await sessions.open(desk, back.username, request)
    hint = back.id_token if len(back.id_token) <= LONGEST_COOKIE else ""
    kept = _cookie(request, HINT_COOKIE, hint, desk.services.settings.auth.session_ttl_s if hint else 0, LOGOUT_PATH)
    return with_cookies(RedirectResponse(back.next_url, 303), (*opened.cookies, gone, kept))


async def way_out(request: Request) -> tuple[str, tuple[str, ...]]:
    """Where a browser goes that has logged out, and the cookies that make it forget: to the provider, or the log-in page."""
    desk: Desk = request.app.state.desk
    hint = request.cookies.get(HINT_COOKIE)
    there = await desk.sessions.oidc.way_out(hint, home_of(request) + LOGIN_PAGE)
    return there or LOGIN_PAGE, (_cookie(request, HINT_COOKIE, "", 0, LOGOUT_PATH),) if hint else ()


def _redirect_uri(request: Request) -> str:
    return f"{home_of(request)}{PATH}/callback"


def _cookie(request: Request, name: str, value: str, life_s: int, path: str) -> str:
    desk: Desk = request.app.state.desk
    is_secure = addresses.is_secure(request, desk.sessions.trusted_proxies)
    secure = "; Secure" if is_secure else ""
    return f"{name}={value}; Path={path}; Max-Age={life_s}; SameSite=Lax; HttpOnly{secure}"


def _refused(error: TradewindError) -> Response:
    again = f"{PATH}/login?{urlencode({'next': HOME})}"
    body = f"""<h1>Not logged in</h1>
<p role="alert">{escape(error.message)}</p>
<p><a href="{again}">Try again</a> or <a href="{LOGIN_PAGE}">log in otherwise</a></p>"""
    wait = {"Retry-After": str(error.facts["retry_after_s"])} if "retry_after_s" in error.facts else {}
    return HTMLResponse(page("Not logged in", body), status_of(error), headers={**PAGE_HEADERS, **wait})
