"""Airflow's `airflow.models.taskmixin`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "DAGNode": "tradewind.sdk.node:TaskNode",
    "DependencyMixin": "tradewind.sdk.dependency:DependencyMixin",
    "TaskMixin": "tradewind.sdk.dependency:DependencyMixin",
}

__getattr__, __dir__ = forward(__name__, places=PLACES)
