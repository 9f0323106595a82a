"""Airflow's `airflow.models.skipmixin`, resolved to the objects of Tradewind."""

from airflow._forward import forward

__getattr__, __dir__ = forward(__name__, "SkipMixin", instead="airflow.sdk")
