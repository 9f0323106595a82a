"""Airflow's `airflow.decorators.setup_teardown`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "setup_task": "tradewind.sdk.task_decorators:setup",
    "teardown_task": "tradewind.sdk.task_decorators:teardown",
}

__getattr__, __dir__ = forward(__name__, "setup teardown", places=PLACES, instead="airflow.sdk")
