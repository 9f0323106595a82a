"""Airflow's `airflow.sensors.python`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "PythonSensor": "airflow.providers.standard.sensors.python:PythonSensor",
}

__getattr__, __dir__ = forward(__name__, places=PLACES, instead="airflow.providers.standard.sensors.python")
