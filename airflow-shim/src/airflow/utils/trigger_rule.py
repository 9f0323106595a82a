"""Airflow's `airflow.utils.trigger_rule`, resolved to the objects of Tradewind."""

from airflow._forward import forward

__getattr__, __dir__ = forward(__name__, "TriggerRule", instead="airflow.sdk")
