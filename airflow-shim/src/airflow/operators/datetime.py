"""Airflow's `airflow.operators.datetime`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "BranchDateTimeOperator": "airflow.providers.standard.operators.datetime:BranchDateTimeOperator",
}

__getattr__, __dir__ = forward(__name__, places=PLACES, instead="airflow.providers.standard.operators.datetime")
