"""Airflow's `airflow.decorators.branch_python`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "branch_task": "airflow.providers.standard.decorators.branch_python:branch_task",
}

__getattr__, __dir__ = forward(__name__, places=PLACES, instead="airflow.providers.standard.decorators.branch_python")
