"""Airflow's `airflow.models.mappedoperator`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "OperatorPartial": "tradewind.sdk.mapped:OperatorPartial",
    "MappedOperator": "tradewind.sdk.mapped:MappedOperator",
}

__getattr__, __dir__ = forward(__name__, places=PLACES)
