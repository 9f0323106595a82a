"""Airflow's `airflow.decorators.python`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "python_task": "airflow.providers.standard.decorators.python:python_task",
}

__getattr__, __dir__ = forward(__name__, places=PLACES, instead="airflow.providers.standard.decorators.python")
