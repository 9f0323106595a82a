"""Airflow's `airflow.sdk.yaml`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "safe_load": "airflow.utils.yaml:safe_load",
    "load": "airflow.utils.yaml:load",
    "dump": "airflow.utils.yaml:dump",
    "safe_dump": "airflow.utils.yaml:safe_dump",
}

__getattr__, __dir__ = forward(__name__, places=PLACES)
