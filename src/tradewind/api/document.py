"""The OpenAPI document: what the routes say, with how one is recognised, and the refusals that every route of a kind has.

A server answers with the text in `openapi.json`, which is made from the routes by `make generate` and kept under
review: making it takes a second, in which nothing else would be answered.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from tradewind.api.auth.routers import auth_routers
from tradewind.api.deps import May
from tradewind.api.lazy_routes import PREFIX
from tradewind.api.public import all_routers

__all__ = ["STORED", "made_document", "permission_of", "stored_document"]

VERSION = "2"
"""Of the interface, not of the server, which `/api/v2/version` tells."""

STORED = Path(__file__).with_name("openapi.json")
"""The document under review."""

DESCRIPTION = (
    "Start, watch and control everything. Paths under `/api/v2` are those of Airflow's REST API and speak for the "
    "workspace `default`; those of another workspace are under `/w/<workspace>/api/v2`."
)
TAGS = {
    "Access": "Users, roles, tokens, sessions, service accounts, and the audit log",
    "Asset": "What DAGs produce and wait for, and the events about it",
    "Asset State Store": "What tasks remember of an asset",
    "Backfill": "Runs for days gone by",
    "Config": "The settings of this server",
    "Connection": "Where systems are and how to get in; never the secrets",
    "DAG": "Workflows",
    "DAG Parsing": "Have a file read again",
    "DagRun": "Runs of DAGs",
    "DagSource": "The text of DAG files",
    "DagVersion": "What DAGs were over time",
    "DagWarning": "What is odd about a DAG",
    "Deadlines": "When runs have to be through",
    "Events": "What changes, as it changes",
    "Event Log": "What was done, in Airflow's words",
    "Import Error": "Files that can't be read",
    "Job": "The server's own components",
    "Login": "Getting in and out",
    "Monitor": "Whether the server is well",
    "Plugin": "Plugins that are loaded",
    "Pool": "Slots that tasks share",
    "Provider": "Provider packages, and the types of connections that they bring",
    "Task": "What DAGs are made of",
    "Task Instance": "Tasks in a run: state, tries, logs, questions to people",
    "Task State Store": "What a task remembers from try to try",
    "UI": "What a page shows, in one answer",
    "Variable": "Values that DAGs read",
    "Version": "Which server this is",
    "Why": "Why something runs, or does not",
    "XCom": "What tasks hand on",
}
"""Every tag with what it is about."""
PROBLEM = {
    "type": "object",
    "title": "Problem",
    "description": "What went wrong: a sentence, a stable word for it, and the facts behind the sentence.",
    "required": ["detail"],
    "properties": {
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "facts": {"type": "object", "additionalProperties": True},
    },
}


def permission_of(route: BaseRoute) -> May | None:
    """The permission that a route declares."""
    if not isinstance(route, APIRoute):
        return None
    return next((dep.call for dep in route.dependant.dependencies if isinstance(dep.call, May)), None)


def stored_document() -> dict[str, Any]:
    """The document under review."""
    return json.loads(STORED.read_bytes())


def made_document() -> dict[str, Any]:
    """The document, made from the routes."""
    app = FastAPI(title="Tradewind", version=VERSION, description=DESCRIPTION, separate_input_output_schemas=False)
    routers = {"": auth_routers(), PREFIX: all_routers()}
    for prefix, several in routers.items():
        for router in several:
            app.include_router(router, prefix=prefix)
    made = app.openapi()
    made["tags"] = [{"name": name, "description": words} for name, words in TAGS.items()]
    parts = made.setdefault("components", {})
    parts.setdefault("schemas", {})["Problem"] = PROBLEM
    parts["securitySchemes"] = {
        "HTTPBearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
        "OAuth2PasswordBearer": {"type": "oauth2", "flows": {"password": {"tokenUrl": "/auth/token", "scopes": {}}}},
    }
    for route, operation in _operations(routers, made):
        _describe(route, operation)
    return made


def _operations(
    routers: Mapping[str, Sequence[APIRouter]], document: dict[str, Any]
) -> Iterator[tuple[APIRoute, dict[str, Any]]]:
    for prefix, several in routers.items():
        for route in (route for router in several for route in router.routes):
            if isinstance(route, APIRoute) and route.include_in_schema:
                for method in route.methods or ():
                    yield route, document["paths"][prefix + route.path_format][method.lower()]


def _describe(route: APIRoute, operation: dict[str, Any]) -> None:
    may = permission_of(route)
    if "422" in operation["responses"]:
        forms = [{"$ref": "#/components/schemas/HTTPValidationError"}, {"$ref": "#/components/schemas/Problem"}]
        operation["responses"]["422"] = {
            "description": "Parameters or body are not of the right shape, or ask for what can't be done",
            "content": {"application/json": {"schema": {"anyOf": forms}}},
        }
    for status, words in _refusals(may, operation).items():
        content = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
        operation["responses"].setdefault(status, {"description": words, "content": content})
    stream = operation["responses"].get("200", {}).get("content", {}).get("text/event-stream")
    if stream is not None:
        stream["schema"] = _event_with({"$ref": stream["schema"]["$ref"]})
    if may is None:
        return
    operation["security"] = [{"HTTPBearer": []}, {"OAuth2PasswordBearer": []}]
    if may.actions:
        operation["x-permission"] = {"action": may.action, "resource": may.resource, "role": may.role}


def _event_with(data: dict[str, Any]) -> dict[str, Any]:
    """One of the events of a stream, which is what the schema of a stream describes."""
    properties = {
        "id": {"type": "string"},
        "event": {"type": "string"},
        "retry": {"type": "integer"},
        "data": {"type": "string", "contentMediaType": "application/json", "contentSchema": data},
    }
    return {"type": "object", "required": ["data"], "properties": properties}


def _refusals(may: May | None, operation: dict[str, Any]) -> dict[str, str]:
    """Status -> what it means, for what the framework and the code around the routes answers."""
    errors: dict[str, str] = {}
    has_body = "requestBody" in operation
    if may is not None:
        errors["401"] = "Nobody we recognise is asking"
        errors["404"] = "What the path or the body names is not there, or there is no such workspace"
        errors["503"] = "The database does not answer"
    if may is not None and may.actions:
        errors["403"] = f"Takes {may.action} on {may.resource}, as the role {may.role} has"
    if has_body or operation.get("parameters"):
        errors["400"] = "A value is not acceptable"
    if may is not None and may.actions != ("read",):
        errors |= {"400": "A value is not acceptable", "409": "It exists already, or its state does not allow this"}
    if has_body:
        errors["413"] = "The body is too large"
    return errors
