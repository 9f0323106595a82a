"""Airflow's `airflow.models.abstractoperator`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "AbstractOperator": "tradewind.sdk.node:TaskNode",
}

__getattr__, __dir__ = forward(__name__, places=PLACES, instead="airflow.sdk")
