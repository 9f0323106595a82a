"""Airflow's `airflow.utils.log.gcs_task_handler`, which is in a provider package."""

from airflow._forward import forward

PLACES = {
    "GCSTaskHandler": "airflow.providers.google.cloud.log.gcs_task_handler:GCSTaskHandler",
}

__getattr__, __dir__ = forward(__name__, places=PLACES, instead="airflow.providers.google.cloud.log.gcs_task_handler")
