"""Airflow's `airflow.models.taskinstance`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "TaskInstance": "tradewind.sdk.task_instance:RuntimeTaskInstance",
    "TaskInstanceKey": "airflow.sdk.types:TaskInstanceKey",
}

__getattr__, __dir__ = forward(__name__, "get_current_context", places=PLACES)
