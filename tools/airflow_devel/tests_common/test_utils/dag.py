"""DAGs as Airflow's scheduler keeps them."""

from __future__ import annotations

from typing import Any

from tests_common.doors import needs_orm


def create_scheduler_dag(dag: Any) -> Any:
    """The DAG itself."""
    return dag


def sync_dag_to_db(dag: Any, **options: Any) -> Any:
    """Rows of a DAG: nothing here keeps them."""
    needs_orm("sync_dag_to_db")


def sync_dags_to_db(dags: Any, **options: Any) -> Any:
    """Rows of DAGs: nothing here keeps them."""
    needs_orm("sync_dags_to_db")
