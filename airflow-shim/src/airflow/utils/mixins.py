"""Airflow's `airflow.utils.mixins`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "ResolveMixin": "tradewind.sdk.resolve:Resolvable",
}

__getattr__, __dir__ = forward(__name__, places=PLACES, instead="airflow.sdk")
