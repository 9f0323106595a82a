"""Airflow's `airflow.sensors.filesystem`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "FileSensor": "airflow.providers.standard.sensors.filesystem:FileSensor",
}

__getattr__, __dir__ = forward(__name__, places=PLACES, instead="airflow.providers.standard.sensors.filesystem")
