"""Airflow's `airflow.io`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "attach": "tradewind.sdk.object_storage:attach",
    "get_fs": "tradewind.sdk.object_storage:get_fs",
}

__getattr__, __dir__ = forward(__name__, "ObjectStoragePath", places=PLACES, instead="airflow.sdk")
