"""Airflow's `airflow.decorators`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "TaskDecorator": "tradewind.sdk.decorators:TaskDecorator",
    "TaskDecoratorCollection": "tradewind.sdk.decorators:TaskDecorators",
    "task_decorator_factory": "tradewind.sdk.decorators:task_decorator_factory",
}

__getattr__, __dir__ = forward(__name__, "dag task task_group setup teardown", places=PLACES, instead="airflow.sdk")
