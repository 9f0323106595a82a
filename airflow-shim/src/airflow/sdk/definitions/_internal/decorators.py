"""Airflow's `airflow.sdk.definitions._internal.decorators`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {"remove_task_decorator": "tradewind.sdk.function_source:without_decorator"}

__getattr__, __dir__ = forward(__name__, places=PLACES)
