"""Airflow's `airflow.sdk.definitions.taskgroup`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "MappedTaskGroup": "tradewind.sdk.group:MappedTaskGroup",
}

__getattr__, __dir__ = forward(__name__, "TaskGroup", places=PLACES)
