"""Airflow's `airflow.sdk.definitions.notifier`, resolved to the objects of Tradewind."""

from airflow._forward import forward

__getattr__, __dir__ = forward(__name__, "BaseNotifier")
