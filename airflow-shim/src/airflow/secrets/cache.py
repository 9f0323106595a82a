"""Airflow's `airflow.secrets.cache`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "SecretCache": "airflow.sdk.execution_time.cache:SecretCache",
}

__getattr__, __dir__ = forward(__name__, places=PLACES, instead="airflow.sdk.SecretCache")
