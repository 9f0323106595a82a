"""Airflow's `airflow.sdk.definitions.mappedoperator`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "MappedOperator": "tradewind.sdk.mapped:MappedOperator",
    "OperatorPartial": "tradewind.sdk.mapped:OperatorPartial",
}

__getattr__, __dir__ = forward(__name__, places=PLACES)
