"""Airflow's `airflow.sdk.execution_time.task_runner`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "TaskRunnerMarker": "tradewind.sdk.plugins:TaskRunnerMarker",
    "RuntimeTaskInstance": "tradewind.sdk.task_instance:RuntimeTaskInstance",
}

__getattr__, __dir__ = forward(__name__, places=PLACES)
