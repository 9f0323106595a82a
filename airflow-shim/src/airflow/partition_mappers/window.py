"""Airflow's `airflow.partition_mappers.window`, resolved to the objects of Tradewind."""

from airflow._forward import forward

__getattr__, __dir__ = forward(
    __name__, "Window HourWindow DayWindow WeekWindow MonthWindow QuarterWindow YearWindow SegmentWindow"
)
