"""The API's factory: middleware, errors, routers, and pages to read about them."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.openapi.docs import get_redoc_html, get_swagger_ui_html
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.types import Receive, Scope, Send

from tradewind.api import problems
from tradewind.api.deps import Desk
from tradewind.api.document import STORED, permission_of, stored_document
from tradewind.api.execution.routes import execution_routes
from tradewind.api.front import Front, docs_policy
from tradewind.api.known_first import KnownFirst
from tradewind.api.lazy_routes import PREFIX, LazyRoutes
from tradewind.api.pages import Pages
from tradewind.api.services import ApiServices
from tradewind.api.shared_answers import SharedAnswers
from tradewind.api.workspaces import Workspaces

__all__ = ["PREFIX", "create_app", "permission_of"]

OFFLINE = """<p>This page gets its scripts from the internet, and shows this while it has none of them.
The description itself, for any reader of OpenAPI: <a href="/openapi.json">/openapi.json</a></p>"""
NO_ICON = "data:,"


def create_app(services: ApiServices) -> FastAPI:
    """The application, its routes not loaded yet: `app.state.routes` says how to do so before they are asked for.

    Its threads end when it shuts down, or by `app.state.desk.close()`.
    """
    desk = Desk(services)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        yield
        desk.close()

    app = FastAPI(
        title="Tradewind",
        version=services.version,
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
    app.state.desk = desk
    app.state.routes = LazyRoutes()
    problems.install(app)
    app.add_middleware(SharedAnswers)
    app.add_middleware(KnownFirst)
    app.add_middleware(Pages)
    app.add_middleware(Workspaces)
    app.add_middleware(problems.BodyLimit, limit=services.settings.api.max_body_mb * 1024 * 1024)
    app.add_route("/openapi.json", _description, include_in_schema=False)
    app.add_route("/docs", _docs, include_in_schema=False)
    app.add_route("/redoc", _redoc, include_in_schema=False)
    app.router.routes.append(app.state.routes)
    app.router.routes.append(execution_routes(services, desk.in_thread))
    _take_slashes_at_the_end(app)
    app.openapi = stored_document
    within = app.build_middleware_stack
    # Not by `add_middleware`: what answers for bugs would stay outside.
    app.build_middleware_stack = lambda: Front(within(), services.settings.api, services.ids)
    return app


def _take_slashes_at_the_end(app: FastAPI) -> None:
    """A path that leads nowhere is tried without a slash at its end. The framework would send the caller there, but not
    every client follows, `airflowctl` among them."""
    nowhere = app.router.default

    async def without_slash(scope: Scope, receive: Receive, send: Send) -> None:
        path = str(scope.get("path", ""))
        if scope["type"] != "http" or not path.rstrip("/") or not path.endswith("/"):
            await nowhere(scope, receive, send)
        else:
            await app.router({**scope, "path": path.rstrip("/")}, receive, send)

    app.router.redirect_slashes = False
    app.router.default = without_slash


async def _description(_: Request) -> Response:
    """The OpenAPI document."""
    return FileResponse(STORED, media_type="application/json")


async def _docs(_: Request) -> HTMLResponse:
    """The API to try out."""
    page = get_swagger_ui_html(openapi_url="/openapi.json", title="Tradewind", swagger_favicon_url=NO_ICON)
    return _readable_offline(page, '<div id="swagger-ui">')


async def _redoc(_: Request) -> HTMLResponse:
    """The API to read."""
    page = get_redoc_html(
        openapi_url="/openapi.json", title="Tradewind", redoc_favicon_url=NO_ICON, with_google_fonts=False
    )
    return _readable_offline(page, '<redoc spec-url="/openapi.json">')


def _readable_offline(page: HTMLResponse, place: str) -> HTMLResponse:
    """The page with words where its scripts will draw: they take them away."""
    html = bytes(page.body).decode().replace(place, place + OFFLINE)
    return HTMLResponse(html, headers={"Content-Security-Policy": docs_policy(html)})
