"""Which Airflow this is, as the tests ask."""

from __future__ import annotations

from typing import Any

from airflow import __version__
from airflow.sdk import BaseOperator, BaseSensorOperator, PokeReturnValue, timezone  # noqa: F401
from airflow.sdk.definitions._internal.types import NOTSET, ArgNotSet  # noqa: F401
from airflow.sdk.execution_time.xcom import XCom  # noqa: F401

XCOM_RETURN_KEY = "return_value"


def get_base_airflow_version_tuple() -> tuple[int, int, int]:
    """The numbers of the version."""
    from packaging.version import Version

    version = Version(__version__)
    return version.major, version.minor, version.micro


def __getattr__(name: str) -> Any:
    if name.startswith("AIRFLOW_V_") and name.endswith("_PLUS"):
        numbers = [int(part) for part in name.removeprefix("AIRFLOW_V_").removesuffix("_PLUS").split("_")]
        return get_base_airflow_version_tuple() >= (*numbers, 0, 0)[:3]
    if name == "AIRFLOW_V_3_0_1":
        return get_base_airflow_version_tuple() == (3, 0, 1)
    if name.endswith("Operator"):
        from airflow.providers.standard.operators import hitl

        return getattr(hitl, name)
    raise AttributeError(name)


def remove_task_decorator(python_source: str, task_decorator_name: str) -> str:
    """The source of a function without a decorator."""
    from airflow.sdk.definitions._internal.decorators import remove_task_decorator as remove

    return remove(python_source, task_decorator_name)
