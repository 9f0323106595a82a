"""Airflow's `airflow.hooks.subprocess`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "SubprocessHook": "airflow.providers.standard.hooks.subprocess:SubprocessHook",
    "SubprocessResult": "airflow.providers.standard.hooks.subprocess:SubprocessResult",
}

__getattr__, __dir__ = forward(__name__, places=PLACES, instead="airflow.providers.standard.hooks.subprocess")
