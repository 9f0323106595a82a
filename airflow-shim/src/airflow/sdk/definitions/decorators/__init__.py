"""Airflow's `airflow.sdk.definitions.decorators`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "TaskDecorator": "tradewind.sdk.decorators:TaskDecorator",
    "TaskDecoratorCollection": "tradewind.sdk.decorators:TaskDecorators",
}

__getattr__, __dir__ = forward(__name__, "dag task task_group setup teardown result", places=PLACES)
