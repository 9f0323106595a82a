"""Airflow's `airflow.sensors.external_task`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "ExternalTaskSensor": "airflow.providers.standard.sensors.external_task:ExternalTaskSensor",
    "ExternalTaskMarker": "airflow.providers.standard.sensors.external_task:ExternalTaskMarker",
    "ExternalDagLink": "airflow.providers.standard.sensors.external_task:ExternalDagLink",
    "ExternalTaskSensorLink": "airflow.providers.standard.sensors.external_task:ExternalTaskSensorLink",
}

__getattr__, __dir__ = forward(__name__, places=PLACES, instead="airflow.providers.standard.sensors.external_task")
