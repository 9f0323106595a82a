"""Airflow's `airflow.timetables.simple`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "NullTimetable": "tradewind.sdk.timetables:NullTimetable",
    "OnceTimetable": "tradewind.sdk.timetables:OnceTimetable",
    "ContinuousTimetable": "tradewind.sdk.timetables:ContinuousTimetable",
    "AssetTriggeredTimetable": "tradewind.sdk.timetables:AssetTriggeredTimetable",
}

__getattr__, __dir__ = forward(__name__, "PartitionedAssetTimetable", places=PLACES)
