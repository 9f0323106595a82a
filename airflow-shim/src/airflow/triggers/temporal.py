"""Airflow's `airflow.triggers.temporal`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "DateTimeTrigger": "airflow.providers.standard.triggers.temporal:DateTimeTrigger",
    "TimeDeltaTrigger": "airflow.providers.standard.triggers.temporal:TimeDeltaTrigger",
}

__getattr__, __dir__ = forward(__name__, places=PLACES, instead="airflow.providers.standard.triggers.temporal")
