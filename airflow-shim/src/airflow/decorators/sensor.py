"""Airflow's `airflow.decorators.sensor`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "sensor_task": "airflow.providers.standard.decorators.sensor:sensor_task",
}

__getattr__, __dir__ = forward(__name__, places=PLACES, instead="airflow.providers.standard.decorators.sensor")
