"""Airflow's `airflow.sensors.time`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "TimeSensor": "airflow.providers.standard.sensors.time:TimeSensor",
    "TimeSensorAsync": "airflow.providers.standard.sensors.time:TimeSensorAsync",
}

__getattr__, __dir__ = forward(__name__, places=PLACES, instead="airflow.providers.standard.sensors.time")
