"""Airflow's `airflow.operators.weekday`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "WeekDay": "airflow.providers.standard.utils.weekday:WeekDay",
    "BranchDayOfWeekOperator": "airflow.providers.standard.operators.weekday:BranchDayOfWeekOperator",
}

__getattr__, __dir__ = forward(__name__, places=PLACES, instead="airflow.providers.standard.operators.weekday")
