"""Airflow's `airflow.task.weight_rule`, resolved to the objects of Tradewind."""

from airflow._forward import forward

__getattr__, __dir__ = forward(__name__, "WeightRule")
