"""Airflow's `airflow.utils.template`, resolved to the objects of Tradewind."""

from airflow._forward import forward

__getattr__, __dir__ = forward(__name__, "literal", instead="airflow.sdk.literal")
