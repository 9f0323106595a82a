"""Airflow's `airflow.utils.weight_rule`, resolved to the objects of Tradewind."""

from airflow._forward import forward

__getattr__, __dir__ = forward(__name__, "WeightRule", instead="airflow.sdk")
