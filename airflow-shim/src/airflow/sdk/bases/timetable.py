"""Airflow's `airflow.sdk.bases.timetable`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "BaseTimetable": "tradewind.sdk.timetables:BaseTimetable",
}

__getattr__, __dir__ = forward(__name__, places=PLACES)
