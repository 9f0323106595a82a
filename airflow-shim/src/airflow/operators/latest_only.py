"""Airflow's `airflow.operators.latest_only`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "LatestOnlyOperator": "airflow.providers.standard.operators.latest_only:LatestOnlyOperator",
}

__getattr__, __dir__ = forward(__name__, places=PLACES, instead="airflow.providers.standard.operators.latest_only")
