"""Airflow's `airflow.io.store`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "attach": "tradewind.sdk.object_storage:attach",
}

__getattr__, __dir__ = forward(__name__, places=PLACES, instead="airflow.sdk.io")
