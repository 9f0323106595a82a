"""Airflow's `airflow.hooks.filesystem`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "FSHook": "airflow.providers.standard.hooks.filesystem:FSHook",
}

__getattr__, __dir__ = forward(__name__, places=PLACES, instead="airflow.providers.standard.hooks.filesystem")
