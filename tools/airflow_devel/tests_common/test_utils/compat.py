"""Names whose place differs between versions of Airflow."""

from __future__ import annotations

from typing import Any

from airflow.sdk import BaseOperatorLink, Context, TriggerRule, timezone  # noqa: F401

XCOM_RETURN_KEY = "return_value"

PLACES = {
    "BashOperator": "airflow.providers.standard.operators.bash",
    "EmptyOperator": "airflow.providers.standard.operators.empty",
    "PythonOperator": "airflow.providers.standard.operators.python",
    "BashSensor": "airflow.providers.standard.sensors.bash",
    "DateTimeSensor": "airflow.providers.standard.sensors.date_time",
    "GenericTransfer": "airflow.providers.common.sql.operators.generic_transfer",
}


def __getattr__(name: str) -> Any:
    if name in PLACES:
        from importlib import import_module

        return getattr(import_module(PLACES[name]), name)
    if name.startswith("__"):
        raise AttributeError(name)
    from tests_common.doors import OrmClass

    return OrmClass(name, (), {})


def connection_to_dict(connection: Any, *, prune_empty: bool = False, validate: bool = True) -> dict[str, Any]:
    """The fields of a connection."""
    names = ("conn_id", "conn_type", "description", "host", "login", "password", "schema", "port")
    found = {name: getattr(connection, name) for name in names} | {"extra": connection.extra_dejson}
    return {name: value for name, value in found.items() if value or not prune_empty}


def connection_as_json(connection: Any) -> str:
    """The fields of a connection as JSON."""
    return connection.as_json()
