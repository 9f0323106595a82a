"""Airflow's `airflow.sdk.definitions.timetables.assets`, resolved to the objects of Tradewind."""

from airflow._forward import forward

__getattr__, __dir__ = forward(__name__, "AssetOrTimeSchedule PartitionedAssetTimetable PartitionedAtRuntime")
