"""Airflow's `airflow.models.param`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "DagParam": "tradewind.sdk.param:DagParam",
}

__getattr__, __dir__ = forward(__name__, "Param ParamsDict", places=PLACES, instead="airflow.sdk")
