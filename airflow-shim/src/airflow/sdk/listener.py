"""Airflow's `airflow.sdk.listener`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "get_listener_manager": "airflow.listeners.listener:get_listener_manager",
}

__getattr__, __dir__ = forward(__name__, places=PLACES)
