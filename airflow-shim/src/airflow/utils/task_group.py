"""Airflow's `airflow.utils.task_group`, resolved to the objects of Tradewind."""

from airflow._forward import forward

__getattr__, __dir__ = forward(__name__, "TaskGroup", instead="airflow.sdk")
