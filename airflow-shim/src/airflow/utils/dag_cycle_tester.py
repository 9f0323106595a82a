"""Airflow's `airflow.utils.dag_cycle_tester`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "check_cycle": "tradewind.sdk.graph:check_cycle",
}

__getattr__, __dir__ = forward(__name__, places=PLACES)
