"""How a browser gets in and out: the page that asks, the session that it gets, and Airflow's two addresses for that."""

from __future__ import annotations

from html import escape
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tradewind.api.auth import addresses
from tradewind.api.auth.next_urls import HOME, safe_next
from tradewind.api.auth.routes import OPENAPI, REFUSALS, checked
from tradewind.api.auth.sessions import SESSION_COOKIE, Opened
from tradewind.api.deps import Call, Desk, signed_in
from tradewind.api.models.people import LoginOut
from tradewind.api.pages import BUILT
from tradewind.api.problems import status_of
from tradewind.api.wire import gone, reply
from tradewind.base.errors import InvalidInput, TooManyRequests, Unauthenticated

__all__ = ["LOGIN_PAGE", "PAGE_HEADERS", "Next", "home_of", "next_of", "page", "router", "with_cookies"]

router = APIRouter(prefix="/auth", tags=["Login"])

Next = Annotated[str | None, Query()]
LOGIN_PAGE = "/auth/login"
PAGE_OF_UI = "/login"
"""The same among the pages of the web UI, which need scripts."""
FORM = "application/x-www-form-urlencoded"
PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
}


def next_of(request: Request, given: str | None) -> str:
    """Where to go after a log-in.

    Raises:
        InvalidInput: it leads away from this server.
    """
    if not given:
        return HOME
    desk: Desk = request.app.state.desk
    origins = {_asked(request, desk).lower()}
    if desk.services.settings.api.base_url:
        origins.add(desk.services.settings.base_url.lower())
    found = safe_next(given, origins)
    if found is None:
        raise InvalidInput(
            "Invalid or unsafe next URL: it must be a path of this server, such as /dags", next=given[:200]
        )
    return found


def home_of(request: Request) -> str:
    """The address that people reach this server at: that of the settings, else the one that this request was sent to."""
    desk: Desk = request.app.state.desk
    return desk.services.settings.api.base_url.rstrip("/") or _asked(request, desk)


def _asked(request: Request, desk: Desk) -> str:
    scheme = "https" if addresses.is_secure(request, desk.sessions.trusted_proxies) else "http"
    return f"{scheme}://{request.headers.get('host', '')}"


def with_cookies(response: Response, cookies: tuple[str, ...]) -> Response:
    """The response, giving these cookies; no cache keeps it."""
    for cookie in cookies:
        response.headers.append("set-cookie", cookie)
    response.headers["Cache-Control"] = "no-store"
    return response


# -- in --------------------------------------------------------------------------------------------------------------


def _or_page(status: int) -> dict[str, Any]:
    """A refusal that who sent a form gets as the page, to try again."""
    content = REFUSALS[status]["content"] | {"text/html": {"schema": {"type": "string"}}}
    return {**REFUSALS[status], "content": content}


_WAYS_IN = {
    "title": "WaysIn",
    "type": "object",
    "required": ["oidc_label"],
    "properties": {
        "oidc_label": {
            "type": ["string", "null"],
            "description": "What the identity provider is called; null: there is none.",
        }
    },
}
_PAGE_OR_WAYS = {
    "description": "The page; with `ways` how one can log in, as JSON",
    "content": {"text/html": {"schema": {"type": "string"}}, "application/json": {"schema": _WAYS_IN}},
}


@router.get(
    "/login",
    operation_id="login_page",
    response_class=HTMLResponse,
    responses={
        200: _PAGE_OR_WAYS,
        303: {"description": "On to the page of the web UI"},
        400: REFUSALS[400],
    },
)
async def login_page(request: Request, next: Next = None, plain: bool = False, ways: bool = False) -> Response:
    """The page that asks for name and password: the web UI's, or with `plain` one that needs no scripts. With `ways`:
    how one can log in, for a page that asks."""
    target = next_of(request, next)
    if ways:
        oidc = request.app.state.desk.sessions.oidc
        return reply({"oidc_label": oidc.settings.label if oidc.is_on else None})
    is_browser = "text/html" in request.headers.get("accept", "")
    if is_browser and not plain and (BUILT / "index.html").is_file():
        return RedirectResponse(f"{PAGE_OF_UI}?{urlencode({'next': target})}", 303, {"Cache-Control": "no-store"})
    return _page(request, target)


@router.post(
    "/login",
    operation_id="create_session",
    response_model=LoginOut,
    openapi_extra=OPENAPI,
    responses={
        **REFUSALS,
        401: _or_page(401),
        429: _or_page(429),
        303: {"description": "A form was sent: on to `next`"},
        403: {**REFUSALS[400], "description": "The page of another site has sent it"},
    },
)
async def create_session(request: Request, next: Next = None) -> Response:
    """A session of the browser, for a name and password; a form is sent on to `next`."""
    desk: Desk = request.app.state.desk
    addresses.check_same_origin(request, desk.services.settings.api.base_url)
    target, since = next_of(request, next), desk.services.clock.now()
    if not request.headers.get("content-type", "").startswith(FORM):
        body = await checked(request)
        return _opened(body.username, await desk.sessions.open(desk, body.username, request, since))
    try:
        body = await checked(request)
    except (Unauthenticated, TooManyRequests) as error:
        return _page(request, target, error)
    opened = await desk.sessions.open(desk, body.username, request, since)
    return with_cookies(RedirectResponse(target, 303), opened.cookies)


def _opened(username: str, opened: Opened) -> Response:
    body = {"username": username, "csrf_token": opened.csrf, "expires_at": opened.expires_at}
    return with_cookies(reply(body), opened.cookies)


def _page(request: Request, target: str, error: Unauthenticated | TooManyRequests | None = None) -> Response:
    words = "The name or the password is wrong." if isinstance(error, Unauthenticated) else error and error.message
    said = f'<p role="alert">{escape(words)}</p>' if words else ""
    query = urlencode({"next": target})
    action = escape(f"{LOGIN_PAGE}?{query}", quote=True)
    oidc = request.app.state.desk.sessions.oidc
    other = ""
    if oidc.is_on:
        href = escape(f"/auth/oidc/login?{query}", quote=True)
        other = f'<p><a href="{href}">Log in with {escape(oidc.settings.label)}</a></p>'
    html = page(
        "Log in",
        f"""<h1>Log in</h1>
{said}
{other}
<form method="post" action="{action}">
<label for="username">Name</label>
<input id="username" name="username" autocomplete="username" required autofocus>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<button type="submit">Log in</button>
</form>""",
    )
    headers = dict(PAGE_HEADERS)
    if error is not None and "retry_after_s" in error.facts:
        headers["Retry-After"] = str(error.facts["retry_after_s"])
    return HTMLResponse(html, 200 if error is None else status_of(error), headers=headers)


def page(title: str, content: str) -> str:
    """A page of a log-in, which needs nothing else from this server or any other."""
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} - Tradewind</title>
<style>body{{font:1rem system-ui;max-width:20rem;margin:15vh auto;padding:0 1rem}}
label,input,button{{display:block;width:100%;box-sizing:border-box;font:inherit}}input{{margin:.2rem 0 1rem;padding:.4rem}}
button{{padding:.5rem}}[role=alert]{{color:#a00}}</style>
<main>
{content}
</main>
</html>
"""


# -- out -------------------------------------------------------------------------------------------------------------


@router.post("/logout", operation_id="delete_session", status_code=204)
async def delete_session(request: Request, call: Annotated[Call, signed_in()]) -> Response:
    """End the session of this browser, or take back the token that came with the request."""
    return with_cookies(gone(), await leave(request, call.desk))


async def leave(request: Request, desk: Desk) -> tuple[str, ...]:
    """End the session and take back the token that a request has; the cookies that take the browser's away."""
    await desk.sessions.give_back(desk, request)
    if request.cookies.get(SESSION_COOKIE):
        return await desk.sessions.close_session(desk, request)
    return ()
