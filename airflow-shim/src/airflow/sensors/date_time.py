"""Airflow's `airflow.sensors.date_time`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "DateTimeSensor": "airflow.providers.standard.sensors.date_time:DateTimeSensor",
    "DateTimeSensorAsync": "airflow.providers.standard.sensors.date_time:DateTimeSensorAsync",
}

__getattr__, __dir__ = forward(__name__, places=PLACES, instead="airflow.providers.standard.sensors.date_time")
