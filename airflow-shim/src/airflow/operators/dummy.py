"""Airflow's `airflow.operators.dummy`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "EmptyOperator": "airflow.providers.standard.operators.empty:EmptyOperator",
    "DummyOperator": "airflow.providers.standard.operators.empty:EmptyOperator",
}

__getattr__, __dir__ = forward(__name__, places=PLACES, instead="airflow.providers.standard.operators.empty")
