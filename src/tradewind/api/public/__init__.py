"""The routes under `/api/v2`, one module a resource, each imported when it is asked for.

The order of the modules matters where one path could be read as another: what has a word at a place comes before what
has a parameter there.
"""

from __future__ import annotations

import importlib

from fastapi import APIRouter

__all__ = ["MODULES", "all_routers", "router_of"]

MODULES = (
    "monitor",
    "logins",
    "why",
    "deadlines",
    "run_changes",
    "partitions",
    "dag_runs",
    "results",
    "tasks",
    "logs",
    "xcoms",
    "state_stores",
    "hitl",
    "task_instances",
    "task_changes",
    "backfills",
    "assets_view",
    "dags_view",
    "home_view",
    "search_view",
    "assets",
    "dag_assets",
    "webhooks",
    "catalog",
    "next_runs",
    "one_dag_view",
    "dags",
    "parsing",
    "connection_tests",
    "connections",
    "variables",
    "pools",
    "providers",
    "insight",
    "events",
    "run_view",
    "task_view",
    "log_view",
)


def router_of(module: str) -> APIRouter:
    """The routes of one of `MODULES`."""
    router = importlib.import_module(f"{__name__}.{module}").router
    assert isinstance(router, APIRouter)
    return router


def all_routers() -> list[APIRouter]:
    """All routes, in the order in which paths are read."""
    return [router_of(module) for module in MODULES]
