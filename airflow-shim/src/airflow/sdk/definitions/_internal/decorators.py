"""Airflow's `airflow.sdk.definitions._internal.decorators`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "remove_task_decorator": "airflow.sdk.bases.decorator:remove_task_decorator",
}

__getattr__, __dir__ = forward(__name__, places=PLACES)
