"""Airflow's `airflow.utils.edgemodifier`, resolved to the objects of Tradewind."""

from airflow._forward import forward

__getattr__, __dir__ = forward(__name__, "EdgeModifier Label", instead="airflow.sdk")
