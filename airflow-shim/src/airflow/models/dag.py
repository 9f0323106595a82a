"""Airflow's `airflow.models.dag`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "DagContext": "airflow.sdk.definitions._internal.contextmanager:DagContext",
}

__getattr__, __dir__ = forward(__name__, "DAG dag", places=PLACES)
