"""Airflow's `airflow.utils.weekday`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "WeekDay": "airflow.providers.standard.utils.weekday:WeekDay",
}

__getattr__, __dir__ = forward(__name__, places=PLACES, instead="airflow.providers.standard.utils.weekday")
