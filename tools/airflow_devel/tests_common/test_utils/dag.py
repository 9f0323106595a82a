"""DAGs as Airflow's scheduler keeps them."""

from __future__ import annotations

from typing import Any

from tests_common.runs import DagRun


class SchedulerDag:
    """A DAG, of which there can be runs."""

    def __init__(self, dag: Any) -> None:
        self._dag = dag

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._dag, name)

    def clear(self, **options: Any) -> None:
        """There are no runs of tests before."""

    def create_dagrun(self, **facts: Any) -> DagRun:
        """A run, in memory."""
        return DagRun(self._dag, **facts)


def create_scheduler_dag(dag: Any) -> Any:
    """The DAG, of which there can be runs."""
    return dag if isinstance(dag, SchedulerDag) else SchedulerDag(dag)


def sync_dag_to_db(dag: Any, **options: Any) -> Any:
    """The same: no rows are needed to run it."""
    return create_scheduler_dag(dag)


def sync_dags_to_db(dags: Any, **options: Any) -> Any:
    """The same for several."""
    return [create_scheduler_dag(dag) for dag in dags]
