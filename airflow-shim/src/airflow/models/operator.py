"""Airflow's `airflow.models.operator`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "Operator": "tradewind.sdk.operator:BaseOperator",
}

__getattr__, __dir__ = forward(__name__, places=PLACES, instead="airflow.sdk")
