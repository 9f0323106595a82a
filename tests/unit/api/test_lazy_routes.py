"""The routes are loaded when they are asked for, and answer as if they had all been there from the start."""

from __future__ import annotations

import asyncio
import importlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.responses import PlainTextResponse
from starlette.routing import Match, Router

from tradewind.api import lazy_routes
from tradewind.api.auth.routers import auth_routers
from tradewind.api.lazy_routes import PREFIX, LazyRoutes, all_places
from tradewind.api.places import STORED, Place, Table, places_of, text_of
from tradewind.api.public import all_routers

MONITOR = "tradewind.api.public.monitor"


def filled(path: str) -> str:
    """A path that the template stands for."""
    words = ("some/more" if one.endswith(":path}") else "~" if one.startswith("{") else one for one in path.split("/"))
    return "/".join(words)


def test_the_stored_table_is_what_the_modules_say() -> None:
    assert STORED.read_text() == text_of(all_places()), "run `make generate`"


def test_the_table_finds_the_route_that_a_router_finds() -> None:
    """For each path and method: where one path can be read as another, the same one comes first."""
    routers = (*((router, "") for router in auth_routers()), *((router, PREFIX) for router in all_routers()))
    routes = [(route, prefix) for router, prefix in routers for route in router.routes if isinstance(route, APIRoute)]
    places, table, told = all_places(), Table(all_places()), 0
    assert len(places) == len(routes)
    for place in places:
        path = filled(place.path)
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"):
            matched = [
                (match, places[at])
                for at, (route, prefix) in enumerate(routes)
                if path.startswith(prefix)
                and (match := route.matches(a_scope(method, path, prefix))[0]) is not Match.NONE
            ]
            wanted = next((one for one in matched if one[0] is Match.FULL), matched[0])
            assert table.find(method, path) == wanted
            told += 1
    assert told > 1000


def test_a_word_of_a_path_is_never_empty_and_the_rest_of_one_may_be() -> None:
    table = Table([Place("a", 0, frozenset({"GET"}), "/x/{name}"), Place("b", 1, frozenset({"GET"}), "/y/{name:path}")])
    assert table.find("GET", "/x/")[0] is Match.NONE
    assert table.find("GET", "/x/1/2")[0] is Match.NONE
    assert table.find("GET", "/y")[0] is Match.NONE
    assert [table.find("GET", path)[0] for path in ("/x/1", "/y/", "/y/1/2")] == [Match.FULL] * 3
    assert table.find("POST", "/x/1")[0] is Match.PARTIAL


def test_a_route_that_the_stored_table_does_not_know_is_found_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    version, health = (place for place in all_places() if place.module == MONITOR)
    for old in (
        [health],
        [replace(version, number=1)],
        [replace(version, number=9)],
        [replace(version, module="gone")],
    ):
        monkeypatch.setattr(lazy_routes, "stored_places", lambda old=old: iter(old))
        assert answer("GET", "/api/v2/version") == 200
        assert answer("GET", "/api/v2/versions") == 404


def test_a_route_that_has_another_method_than_the_stored_table_says_is_looked_for_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    post, get = (place for place in all_places() if place.path == "/auth/token")
    old = [replace(post, number=get.number), replace(get, number=post.number)]
    monkeypatch.setattr(lazy_routes, "stored_places", lambda: iter(old))
    with pytest.raises(AttributeError, match="_Desk"):  # it is reached, and wants what is not here
        answer("POST", "/auth/token")


def test_what_has_no_route_is_told_so_before_and_after_all_are_loaded() -> None:
    routes = LazyRoutes()
    for _ in range(2):
        assert answer("GET", "/api/v2/nothing/here", routes) == 404
        assert answer("DELETE", "/api/v2/version", routes) == 405
        assert answer("GET", "/api/v2/version", routes) == 200
        routes.load_all()


def test_loading_ends_when_the_server_does() -> None:
    routes = LazyRoutes()
    routes.close()
    routes.load_all()
    assert routes.matches(a_scope("GET", "/api/v2/nothing/here"))[0] is Match.PARTIAL


def test_a_module_that_cannot_be_loaded_is_told_of_and_keeps_no_other_from_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "routes_that_break.py"
    broken.write_text("import a_library_that_is_not_there")
    monkeypatch.syspath_prepend(tmp_path)
    routes = LazyRoutes({"routes_that_break": "/broken", MONITOR: PREFIX})
    assert routes.problem is None
    routes.load_all()
    assert "routes_that_break" in str(routes.problem)
    assert answer("GET", "/api/v2/version", routes) == 200
    assert answer("GET", "/api/v2/nothing/here", routes) == 404
    broken.write_text("from fastapi import APIRouter\nrouter = APIRouter()")
    importlib.invalidate_caches()
    routes.load_all()
    assert routes.problem is None


def test_places_are_those_of_a_modules_routes() -> None:
    router = APIRouter()

    @router.put("/a/{name}")
    async def _put(name: str) -> PlainTextResponse:
        return PlainTextResponse(name)

    assert places_of("m", router.routes, "/p") == [Place("m", 0, frozenset({"PUT"}), "/p/a/{name}")]


def a_scope(method: str, path: str, root_path: str = "") -> dict[str, Any]:
    """A request as ASGI has it."""
    return {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b"", "headers": [],
        "root_path": root_path, "http_version": "1.1", "scheme": "http", "server": ("x", 1), "client": ("x", 1),
    }  # fmt: skip


def answer(method: str, path: str, routes: LazyRoutes | None = None) -> int:
    """The status that an application of these routes answers with."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.state.desk = _Desk()
    app.router.routes.append(routes or LazyRoutes())
    assert isinstance(app.router, Router)
    statuses: list[int] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    asyncio.run(app(a_scope(method, path), receive, send))
    return statuses[0]


class _Desk:
    """What the version is asked of."""

    @property
    def services(self) -> _Desk:
        """Themselves."""
        return self

    version = "1"
