"""Airflow's addresses of the log-in page and the way out; both lead on to the pages under `/auth`."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from tradewind.api.auth.login_routes import LOGIN_PAGE, leave, next_of, with_cookies
from tradewind.api.auth.oidc_routes import way_out
from tradewind.api.auth.routes import REFUSALS

router = APIRouter(tags=["Login"], prefix="/auth")


@router.get(
    "/login",
    operation_id="login",
    responses={
        307: {"description": "On to the page that asks"},
        400: REFUSALS[400] | {"description": "An unsafe `next`"},
    },
)
async def login(request: Request, next: Annotated[str | None, Query()] = None) -> Response:
    """On to the page that asks for name and password, and from there to `next`."""
    query = f"?{urlencode({'next': next_of(request, next)})}" if next else ""
    return RedirectResponse(LOGIN_PAGE + query)


@router.get(
    "/logout",
    operation_id="logout",
    responses={307: {"description": "On to the page that asks, or to the identity provider that has vouched"}},
)
async def logout(request: Request) -> Response:
    """End the session and take back the token that came with the request."""
    cookies = await leave(request, request.app.state.desk)
    target, more = await way_out(request)
    return with_cookies(RedirectResponse(target), (*cookies, *more))
