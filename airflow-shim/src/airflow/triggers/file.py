"""Airflow's `airflow.triggers.file`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "FileTrigger": "airflow.providers.standard.triggers.file:FileTrigger",
    "FileDeleteTrigger": "airflow.providers.standard.triggers.file:FileDeleteTrigger",
}

__getattr__, __dir__ = forward(__name__, places=PLACES, instead="airflow.providers.standard.triggers.file")
