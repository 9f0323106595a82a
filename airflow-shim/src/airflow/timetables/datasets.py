"""Airflow's `airflow.timetables.datasets`: the schedule of a timetable and assets by the names of Airflow 2."""

from collections.abc import Collection

from airflow._forward import moved
from tradewind.sdk.asset import Asset, BaseAsset
from tradewind.sdk.timetable_base import BaseTimetable
from tradewind.sdk.timetables import AssetOrTimeSchedule

__all__ = ["DatasetOrTimeSchedule"]

moved(__name__, "airflow.sdk.AssetOrTimeSchedule")


class DatasetOrTimeSchedule(AssetOrTimeSchedule):
    """Runs of a timetable, and runs that assets trigger."""

    def __init__(self, *, timetable: BaseTimetable, datasets: Collection[Asset] | BaseAsset) -> None:
        super().__init__(timetable=timetable, assets=datasets)
