"""Airflow's `airflow.plugins_manager`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "AirflowPlugin": "tradewind.sdk.plugins:AirflowPlugin",
    "AirflowPluginException": "tradewind.sdk.plugins:PluginError",
}

__getattr__, __dir__ = forward(__name__, places=PLACES)
