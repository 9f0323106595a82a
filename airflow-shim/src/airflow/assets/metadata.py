"""Airflow's `airflow.assets.metadata`, resolved to the objects of Tradewind."""

from airflow._forward import forward

__getattr__, __dir__ = forward(__name__, "Metadata", instead="airflow.sdk")
