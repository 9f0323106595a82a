"""Airflow's `airflow.sdk.execution_time.xcom`, resolved to the objects of Tradewind."""

from __future__ import annotations

from airflow.configuration import conf
from airflow.sdk.bases.xcom import BaseXCom

__all__ = ["BaseXCom", "XCom", "resolve_xcom_backend"]

XCom = BaseXCom


def resolve_xcom_backend() -> type[BaseXCom]:
    """The class that ``core.xcom_backend`` names, for code that calls it; values of tasks go through Tradewind's store.

    Raises:
        TypeError: it is no `BaseXCom`.
    """
    found = conf.getimport("core", "xcom_backend")
    if not (isinstance(found, type) and issubclass(found, BaseXCom)):
        raise TypeError(f"core.xcom_backend must name a subclass of BaseXCom, not {found!r}")
    return found
