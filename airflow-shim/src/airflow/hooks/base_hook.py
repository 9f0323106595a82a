"""Airflow's `airflow.hooks.base_hook`, resolved to the objects of Tradewind."""

from airflow._forward import forward

__getattr__, __dir__ = forward(__name__, "BaseHook", instead="airflow.sdk")
