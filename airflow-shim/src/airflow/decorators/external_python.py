"""Airflow's `airflow.decorators.external_python`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "external_python_task": "airflow.providers.standard.decorators.external_python:external_python_task",
}

__getattr__, __dir__ = forward(__name__, places=PLACES, instead="airflow.providers.standard.decorators.external_python")
