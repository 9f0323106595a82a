"""Airflow's `airflow.utils.timeout`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "timeout": "airflow.sdk.execution_time.timeout:timeout",
}

__getattr__, __dir__ = forward(__name__, places=PLACES, instead="airflow.sdk.execution_time.timeout")
