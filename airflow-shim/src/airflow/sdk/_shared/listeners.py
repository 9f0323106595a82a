"""Airflow's `airflow.sdk._shared.listeners`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "hookimpl": "airflow.listeners:hookimpl",
}

__getattr__, __dir__ = forward(__name__, places=PLACES)
