"""Airflow's `airflow.models.taskinstancekey`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "TaskInstanceKey": "airflow.sdk.types:TaskInstanceKey",
}

__getattr__, __dir__ = forward(__name__, places=PLACES)
