"""The API's factory: middleware, errors, routers, and an OpenAPI document that is made when somebody asks for it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.docs import get_redoc_html, get_swagger_ui_html
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import BaseRoute
from starlette.types import Receive, Scope, Send

from tradewind.api import problems
from tradewind.api.auth.routers import auth_routers
from tradewind.api.deps import Desk, May
from tradewind.api.execution.routes import execution_routes
from tradewind.api.public import all_routers
from tradewind.api.services import ApiServices
from tradewind.api.workspaces import Workspaces

__all__ = ["PREFIX", "create_app", "permission_of"]

PREFIX = "/api/v2"
OFFLINE = """<p>This page gets its scripts from the internet, and shows this while it has none of them.
The description itself, for any reader of OpenAPI: <a href="/openapi.json">/openapi.json</a></p>"""
NO_ICON = "data:,"


def create_app(services: ApiServices, routers: Sequence[APIRouter] | None = None, *, auth: bool = True) -> FastAPI:
    """The application. Its threads end when it shuts down, or by `app.state.desk.close()`.

    Args:
        services: what it is built from.
        routers: which resources it has, all by default; fewer are ready sooner.
        auth: whether it has the routes under `/auth`.
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
        separate_input_output_schemas=False,
        docs_url=None,
        redoc_url=None,
    )
    app.state.desk = desk
    problems.install(app)
    app.add_middleware(Workspaces)
    app.add_middleware(problems.BodyLimit, limit=services.settings.api.max_body_mb * 1024 * 1024)
    app.add_route("/docs", _docs, include_in_schema=False)
    app.add_route("/redoc", _redoc, include_in_schema=False)
    of_people = auth_routers() if auth else []
    of_resources = all_routers() if routers is None else list(routers)
    for router in of_people:
        app.include_router(router)
    public = APIRouter(prefix=PREFIX)
    for router in of_resources:
        public.include_router(router)
    app.include_router(public)
    app.router.routes.append(execution_routes(services, desk.in_thread))
    _take_slashes_at_the_end(app)
    app.openapi = _document(app, {"": of_people, PREFIX: of_resources})
    return app


def permission_of(route: BaseRoute) -> May | None:
    """The permission that a route declares."""
    if not isinstance(route, APIRoute):
        return None
    return next((dep.call for dep in route.dependant.dependencies if isinstance(dep.call, May)), None)


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
    return HTMLResponse(bytes(page.body).decode().replace(place, place + OFFLINE))


def _document(app: FastAPI, routers: Mapping[str, Sequence[APIRouter]]) -> Callable[[], dict[str, Any]]:
    """OpenAPI, made once and on demand: with the security scheme, and the errors that permission and path imply."""
    made: dict[str, Any] = {}

    def document() -> dict[str, Any]:
        if not made:
            made.update(get_openapi(title=app.title, version=app.version, routes=app.routes))
            made.setdefault("components", {})["securitySchemes"] = {
                "HTTPBearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "OAuth2PasswordBearer": {
                    "type": "oauth2",
                    "flows": {"password": {"tokenUrl": "/auth/token", "scopes": {}}},
                },
            }
            for route, operation in _operations(routers, made):
                _describe(route, operation)
        return made

    return document


def _operations(
    routers: Mapping[str, Sequence[APIRouter]], document: dict[str, Any]
) -> Iterator[tuple[APIRoute, dict[str, Any]]]:
    """All routes with their operations; the framework hides from an application what its routers hold."""
    for prefix, several in routers.items():
        for route in (route for router in several for route in router.routes):
            if isinstance(route, APIRoute) and route.include_in_schema:
                for method in route.methods or ():
                    yield route, document["paths"][prefix + route.path_format][method.lower()]


def _describe(route: APIRoute, operation: dict[str, Any]) -> None:
    may = permission_of(route)
    if may is None:
        return
    operation["security"] = [{"HTTPBearer": []}, {"OAuth2PasswordBearer": []}]
    errors = {"401": "Nobody we recognise is asking"}
    if may.actions:
        operation["x-permission"] = {"action": may.action, "resource": may.resource, "role": may.role}
        errors["403"] = f"Takes {may.action} on {may.resource}, as the role {may.role} has"
    if "{" in route.path_format:
        errors["404"] = "There is no such thing"
    if may.actions != ("read",):
        errors |= {"400": "A value is not acceptable", "409": "It exists already, or its state does not allow this"}
    schema = {"type": "object", "required": ["detail"], "properties": {"detail": {"type": "string"}}}
    for status, words in errors.items():
        content = {"application/json": {"schema": schema}}
        operation["responses"].setdefault(status, {"description": words, "content": content})
