"""Airflow's `airflow.utils.dag_cycle_tester`: the check that no tasks of a DAG wait for each other."""

from tradewind.sdk.dag import DAG
from tradewind.sdk.graph import check_cycle as check_tasks

__all__ = ["check_cycle"]


def check_cycle(dag: DAG) -> None:
    """Raise AirflowDagCycleException if tasks of the DAG wait for each other."""
    check_tasks(dag.task_dict, dag.dag_id)
