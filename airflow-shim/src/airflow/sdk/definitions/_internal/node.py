"""Airflow's `airflow.sdk.definitions._internal.node`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "DAGNode": "tradewind.sdk.node:TaskNode",
    "validate_key": "tradewind.sdk.node:validate_key",
}

__getattr__, __dir__ = forward(__name__, places=PLACES)
