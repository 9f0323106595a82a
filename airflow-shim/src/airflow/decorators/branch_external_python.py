"""Airflow's `airflow.decorators.branch_external_python`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "branch_external_python_task": "airflow.providers.standard.decorators.branch_external_python:branch_external_python_task",
}

__getattr__, __dir__ = forward(
    __name__, places=PLACES, instead="airflow.providers.standard.decorators.branch_external_python"
)
