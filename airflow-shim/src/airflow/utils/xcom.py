"""Airflow's `airflow.utils.xcom`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "XCOM_RETURN_KEY": "tradewind.sdk.task_instance:RETURN_KEY",
}

__getattr__, __dir__ = forward(__name__, places=PLACES, instead="airflow.models.xcom")
