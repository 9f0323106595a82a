"""Airflow's `airflow.sensors.bash`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "BashSensor": "airflow.providers.standard.sensors.bash:BashSensor",
}

__getattr__, __dir__ = forward(__name__, places=PLACES, instead="airflow.providers.standard.sensors.bash")
