"""Airflow's `airflow.models.dagrun`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "DagRun": "tradewind.sdk.context:DagRun",
    "DagRunType": "airflow.utils.types:DagRunType",
}

__getattr__, __dir__ = forward(__name__, places=PLACES)
