"""Airflow's `airflow.timetables.base`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "Timetable": "tradewind.sdk.timetables:Timetable",
    "DagRunInfo": "tradewind.sdk.timetables:DagRunInfo",
    "DataInterval": "tradewind.sdk.timetables:DataInterval",
    "TimeRestriction": "tradewind.sdk.timetables:TimeRestriction",
}

__getattr__, __dir__ = forward(__name__, places=PLACES)
