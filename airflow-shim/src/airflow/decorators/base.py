"""Airflow's `airflow.decorators.base`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "TaskDecorator": "tradewind.sdk.decorators:TaskDecorator",
    "DecoratedOperator": "tradewind.sdk.decorated:DecoratedOperator",
    "get_unique_task_id": "airflow.sdk.bases.decorator:get_unique_task_id",
}

__getattr__, __dir__ = forward(__name__, "task_decorator_factory", places=PLACES, instead="airflow.sdk.bases.decorator")
