"""Airflow's `airflow.sensors.weekday`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "DayOfWeekSensor": "airflow.providers.standard.sensors.weekday:DayOfWeekSensor",
}

__getattr__, __dir__ = forward(__name__, places=PLACES, instead="airflow.providers.standard.sensors.weekday")
