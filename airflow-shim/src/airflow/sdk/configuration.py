"""Airflow's `airflow.sdk.configuration`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "conf": "airflow.configuration:conf",
    "AirflowSDKConfigParser": "airflow.configuration:AirflowConfigParser",
}

__getattr__, __dir__ = forward(__name__, places=PLACES)
