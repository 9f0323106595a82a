"""All routes of the application, each module of them loaded when somebody first asks for one of its paths.

To load them all takes longer than everything else that a server does before it is ready. A server therefore starts
without them, has the rest loaded while it works, and lets a request wait for the module that answers it. The table that
says which module that is comes from a file; a path that it does not know has all modules loaded, and is looked for in
what they say themselves. An old file costs time and nothing else.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import threading
from collections.abc import Mapping

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from tradewind.api import auth, public
from tradewind.api.auth.routers import AUTH_MODULES
from tradewind.api.places import Place, Table, places_of, stored_places
from tradewind.api.public import MODULES

__all__ = ["PREFIX", "LazyRoutes", "all_places"]

log = logging.getLogger("tradewind.api")

PREFIX = "/api/v2"
PLACE = "tradewind.place"
"""Where the scope of a request has what was found for it."""
FIRST = (
    f"{public.__name__}.monitor",
    f"{auth.__name__}.routes",
    f"{auth.__name__}.me_routes",
    f"{public.__name__}.dags",
    f"{public.__name__}.dag_runs",
    f"{public.__name__}.task_instances",
)
"""What is asked for first."""
PREFIXES: Mapping[str, str] = {
    **{f"{auth.__name__}.{name}": "" for name in AUTH_MODULES},
    **{f"{public.__name__}.{name}": PREFIX for name in MODULES},
}
"""All modules, in the order in which paths are read, and what their paths begin with."""


class LazyRoutes(BaseRoute):
    """Stands in the application's list for all of them."""

    def __init__(self, prefixes: Mapping[str, str] = PREFIXES) -> None:
        self._prefixes = prefixes
        self._table = Table(place for place in stored_places() if place.module in prefixes)
        self._routers: dict[str, APIRouter] = {}
        self._broken: set[str] = set()
        # Two threads that load modules which need each other would see each other's half made.
        self._loading = threading.Lock()
        self._is_complete = False
        self._is_over = False

    def load(self, module: str) -> APIRouter:
        """The routes of a module; blocks while it is loaded, the first time."""
        with self._loading:
            if module not in self._routers:
                try:
                    self._routers[module] = importlib.import_module(module).router
                except Exception:
                    self._broken.add(module)
                    raise
                self._broken.discard(module)
            return self._routers[module]

    @property
    def problem(self) -> str | None:
        """A sentence about modules that can't be loaded; None: all that were tried could be. Why is for the log to say:
        anybody may ask for the health of a server."""
        if not self._broken:
            return None
        return f"requests fail whose routes can't be loaded; the log says why: {', '.join(sorted(self._broken))}"

    def load_all(self) -> None:
        """Load what nobody has asked for yet, what is likely to be asked for first; blocks for about a second.

        A module that can't be loaded does not keep the others from being; `problem` says so.
        """
        for module in (*(one for one in FIRST if one in self._prefixes), *self._prefixes):
            if self._is_over:
                return
            try:
                self.load(module)
            except Exception:
                log.exception("routes.not_loaded module=%s: requests for its paths will fail in the same way", module)
        if self._broken:
            return
        self._table = Table(
            place for module, prefix in self._prefixes.items() for place in self._places(module, prefix)
        )
        self._is_complete = True

    def close(self) -> None:
        """Have `load_all` end soon, in whichever thread it is."""
        self._is_over = True

    def _places(self, module: str, prefix: str) -> list[Place]:
        return places_of(module, self._routers[module].routes, prefix)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether one of the routes is for this request, as far as the table knows."""
        if scope["type"] != "http":
            return Match.NONE, {}
        match, place = self._table.find(scope["method"], _path(scope))
        if match is Match.NONE and not self._is_complete:
            match = Match.PARTIAL  # what stands behind us in the list goes before
        return match, {PLACE: place}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the route answer, once its module is there."""
        route = await self._chosen(scope, scope.pop(PLACE))
        if route is None and not self._is_complete:
            await asyncio.to_thread(self.load_all)
            route = await self._chosen(scope, self._table.find(scope["method"], _path(scope))[1])
        await (scope["router"].default if route is None else route.handle)(scope, receive, send)

    async def _chosen(self, scope: Scope, place: Place | None) -> APIRoute | None:
        """The route at a place, noted in the scope with the parameters of the path. None: the table is older than the
        modules are."""
        if place is None:
            return None
        router = self._routers.get(place.module) or await asyncio.to_thread(self.load, place.module)
        route = next(iter(router.routes[place.number : place.number + 1]), None)
        if not isinstance(route, APIRoute):
            return None
        prefix = self._prefixes[place.module]
        if (prefix + route.path, route.methods) != (place.path, place.methods):
            return None
        found = route.path_regex.match(_path(scope).removeprefix(prefix))
        if found is None:
            return None
        convert = route.param_convertors
        scope["path_params"] = {name: convert[name].convert(value) for name, value in found.groupdict().items()}
        scope["route"], scope["endpoint"] = route, route.endpoint
        return route


def _path(scope: Scope) -> str:
    return str(scope["path"]).removeprefix(scope.get("root_path", ""))


def all_places() -> list[Place]:
    """Every route, as its module says."""
    routers = ((module, prefix, importlib.import_module(module).router) for module, prefix in PREFIXES.items())
    return [place for module, prefix, router in routers for place in places_of(module, router.routes, prefix)]
