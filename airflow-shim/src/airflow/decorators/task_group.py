"""Airflow's `airflow.decorators.task_group`, resolved to the objects of Tradewind."""

from airflow._forward import forward

__getattr__, __dir__ = forward(__name__, "task_group", instead="airflow.sdk")
