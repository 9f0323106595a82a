"""Airflow's `airflow.timetables.datasets`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "DatasetOrTimeSchedule": "tradewind.sdk.timetables:AssetOrTimeSchedule",
}

__getattr__, __dir__ = forward(__name__, places=PLACES, instead="airflow.sdk.AssetOrTimeSchedule")
