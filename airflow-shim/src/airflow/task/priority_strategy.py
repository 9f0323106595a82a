"""Airflow's `airflow.task.priority_strategy`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "PriorityWeightStrategy": "tradewind.sdk.priority:PriorityWeightStrategy",
}

__getattr__, __dir__ = forward(__name__, places=PLACES)
