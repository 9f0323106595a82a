"""Airflow's `airflow.sensors.time_delta`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "TimeDeltaSensor": "airflow.providers.standard.sensors.time_delta:TimeDeltaSensor",
    "TimeDeltaSensorAsync": "airflow.providers.standard.sensors.time_delta:TimeDeltaSensorAsync",
    "WaitSensor": "airflow.providers.standard.sensors.time_delta:WaitSensor",
}

__getattr__, __dir__ = forward(__name__, places=PLACES, instead="airflow.providers.standard.sensors.time_delta")
