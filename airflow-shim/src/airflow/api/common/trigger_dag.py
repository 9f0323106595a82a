"""Airflow's function that starts a run by writing to the database."""

from __future__ import annotations

from typing import Any, NoReturn

from airflow._refusals import refuse

__all__ = ["trigger_dag"]


def trigger_dag(dag_id: str, *_: Any, **__: Any) -> NoReturn:
    """Start a run: refused.

    Raises:
        RuntimeError: always.
    """
    refuse(f"trigger_dag({dag_id!r}) writes to the database", "`TriggerDagRunOperator` or the REST API")
