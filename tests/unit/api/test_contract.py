"""The routes against the facts of Airflow's REST API: operation ids, paths, parameters; and each with its permission."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from tradewind.api.app import permission_of
from tradewind.api.auth.routers import auth_routers
from tradewind.api.public import all_routers

FACTS = json.loads((Path(__file__).parent / "operations.json").read_text())
OURS = {
    "call_asset_webhook",
    "get_dag_asset_state",
    "get_dag_deadlines",
    "get_dag_run_deadlines",
    "execute_dag",
    "get_backfill_progress",
    "plan_backfill",
    "stream_events",
    "get_xcom_content",
    "get_connection_type",
    "get_connection_types",
    "get_dag_run_result",
    "get_next_runs",
    "why_dag",
    "why_dag_run",
    "why_task_instance",
}
"""Operations that Airflow has not, on paths that it has not; so are those of the web UI's pages, below `/ui`."""
OPEN = {
    "call_asset_webhook",
    "get_version",
    "get_health",
    "create_token",
    "create_token_cli",
    "create_token_all_admins",
    "login_page",
    "create_session",
    "oidc_login",
    "oidc_callback",
    "login",
    "logout",
}


@pytest.fixture(scope="module")
def app() -> FastAPI:
    """An application of the public routes alone."""
    app = FastAPI()
    for router in auth_routers():
        app.include_router(router)
    for router in all_routers():
        app.include_router(router, prefix="/api/v2")
    return app


@pytest.fixture(scope="module")
def routes() -> list[APIRoute]:
    """All routes, with the prefix that the application gives them."""
    return [
        route for router in (*auth_routers(), *all_routers()) for route in router.routes if isinstance(route, APIRoute)
    ]


@pytest.fixture(scope="module")
def operations(app: FastAPI) -> dict[str, tuple[str, str, dict[str, object]]]:
    """Operation id -> method, path, description."""
    return {
        operation["operationId"]: (method.upper(), path, operation)
        for path, methods in app.openapi()["paths"].items()
        for method, operation in methods.items()
    }


def test_every_route_declares_its_permission(routes: list[APIRoute]) -> None:
    missing = [route.operation_id for route in routes if permission_of(route) is None]
    assert set(missing) == OPEN


def test_every_route_has_a_name_set_by_hand_words_and_tags(routes: list[APIRoute]) -> None:
    assert [
        route.path for route in routes if not route.operation_id or not route.endpoint.__doc__ or not route.tags
    ] == []


def test_operation_ids_and_paths_are_airflows(operations: dict[str, tuple[str, str, dict[str, object]]]) -> None:
    ours = {name: (method, path) for name, (method, path, _) in operations.items() if path.startswith("/api/v2")}
    theirs = {fact["id"]: (fact["method"], fact["path"]) for fact in FACTS}
    additions = OURS | {name for name, (_, path) in ours.items() if path.startswith("/api/v2/ui/")}
    assert {name: where for name, where in ours.items() if theirs.get(name) != where and name not in additions} == {}
    assert additions.isdisjoint(theirs)
    assert {ours[name] for name in additions & ours.keys()}.isdisjoint(theirs.values())
    assert len(ours) > 80


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact["id"])
def test_every_parameter_of_airflow_is_taken(
    fact: dict[str, object], operations: dict[str, tuple[str, str, dict[str, object]]]
) -> None:
    if fact["id"] not in operations:
        assert fact["is_claimed"] is False
        return
    assert fact["is_claimed"] is True
    _, _, operation = operations[fact["id"]]
    ours = {one["name"]: one["in"] for one in operation.get("parameters", [])}
    missing = {name for name in fact["query"] if ours.get(name) != "query"}
    missing |= {name for name in fact["path_params"] if ours.get(name) != "path"}
    assert missing == set()
    assert ("requestBody" in operation) == fact["has_body"]


@pytest.mark.parametrize("fact", [fact for fact in FACTS if fact["is_claimed"]], ids=lambda fact: fact["id"])
def test_answers_are_declared_with_airflows_status_and_schema(
    fact: dict[str, object], operations: dict[str, tuple[str, str, dict[str, object]]]
) -> None:
    _, _, operation = operations[fact["id"]]
    responses = operation["responses"]
    assert fact["status"] in responses
    schema = responses[fact["status"]].get("content", {}).get("application/json", {}).get("schema", {})
    named = {ref["$ref"].rsplit("/", 1)[1] for ref in (schema, *schema.get("anyOf", [])) if "$ref" in ref}
    assert named == set(fact["schemas"])
