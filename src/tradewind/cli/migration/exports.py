"""Reads what Airflow's command line exports: connections, variables and pools as JSON, YAML or lines of an environment."""

from __future__ import annotations

import json
from typing import Any

from tradewind.base.errors import InvalidInput
from tradewind.cli.connection_texts import connection_of
from tradewind.cli.files import read_objects
from tradewind.cli.migration.holdings import Holdings

__all__ = ["connection_body", "read_connections", "read_environment", "read_pools", "read_variables"]

FIELDS = ("conn_type", "description", "host", "login", "password", "schema", "port", "extra")
CONNECTION_VARIABLE = "AIRFLOW_CONN_"
VARIABLE_VARIABLE = "AIRFLOW_VAR_"


def read_connections(file: str) -> Holdings:
    """What `airflow connections export` wrote: id -> fields, id -> URI, or lines of ID=URI.

    Raises:
        InvalidInput: the file or an entry of it can't be read; the sentence names it.
    """
    found = read_objects(file)
    return Holdings(connections={conn_id: _connection(file, conn_id, value) for conn_id, value in found.items()})


def read_variables(file: str) -> Holdings:
    """What `airflow variables export` wrote: key -> value, or key -> value and description."""
    return Holdings(variables={key: _variable(value) for key, value in read_objects(file).items()})


def read_pools(file: str) -> Holdings:
    """What `airflow pools export` wrote: name -> slots, description, include_deferred.

    Raises:
        InvalidInput: an entry has no number of slots.
    """
    return Holdings(pools={name: _pool(file, name, value) for name, value in read_objects(file).items()})


def read_environment(file: str) -> Holdings:
    """Lines AIRFLOW_CONN_ID=... and AIRFLOW_VAR_KEY=..., as in the .env file of a container; others are passed over."""
    found = Holdings()
    for name, value in read_objects(file).items():
        bare = name.removeprefix("export ").strip()
        text = _unquoted(str(value))
        if bare.startswith(CONNECTION_VARIABLE):
            conn_id = bare.removeprefix(CONNECTION_VARIABLE).lower()
            found.connections[conn_id] = _connection(file, conn_id, text)
        elif bare.startswith(VARIABLE_VARIABLE):
            found.variables[bare.removeprefix(VARIABLE_VARIABLE).lower()] = _variable(text)
    return found


def connection_body(conn_id: str, value: Any) -> dict[str, Any]:
    """A connection from its URI, its JSON text or its fields.

    Raises:
        InvalidInput: it is none of these.
    """
    connection = connection_of(conn_id, value)
    fields = {name: getattr(connection, name) for name in FIELDS}
    return {name: value for name, value in fields.items() if value not in (None, "")}


def _connection(file: str, conn_id: str, value: Any) -> dict[str, Any]:
    try:
        return connection_body(conn_id, value)
    except InvalidInput as error:
        raise InvalidInput(f"{file}: {error.message}") from error


def _variable(value: Any) -> dict[str, Any]:
    description = None
    if isinstance(value, dict) and "value" in value and value.keys() <= {"value", "description"}:
        value, description = value["value"], value.get("description")
    text = value if isinstance(value, str) else json.dumps(value)
    return {"value": text} | ({"description": description} if description else {})


def _pool(file: str, name: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict) or not isinstance(value.get("slots"), int):
        raise InvalidInput(f"{file}: pool {name!r} must be an object with a number of slots")
    return {
        "slots": value["slots"],
        "description": value.get("description") or "",
        "include_deferred": bool(value.get("include_deferred", False)),
    }


def _unquoted(text: str) -> str:
    bare = text.strip()
    for quote in ("'", '"'):
        if len(bare) > 1 and bare[0] == bare[-1] == quote:
            return bare[1:-1]
    return bare
