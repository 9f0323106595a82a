"""Airflow's `airflow.sdk.plugins_manager`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "ProvidersManagerTaskRuntime": "airflow.providers_manager:ProvidersManager",
    "AirflowPlugin": "tradewind.sdk.plugins:AirflowPlugin",
}

__getattr__, __dir__ = forward(__name__, places=PLACES)
