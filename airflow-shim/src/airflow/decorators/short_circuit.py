"""Airflow's `airflow.decorators.short_circuit`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "short_circuit_task": "airflow.providers.standard.decorators.short_circuit:short_circuit_task",
}

__getattr__, __dir__ = forward(__name__, places=PLACES, instead="airflow.providers.standard.decorators.short_circuit")
