"""Airflow's `airflow.operators.smooth`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "SmoothOperator": "airflow.providers.standard.operators.smooth:SmoothOperator",
}

__getattr__, __dir__ = forward(__name__, places=PLACES, instead="airflow.providers.standard.operators.smooth")
