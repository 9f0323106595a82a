"""Airflow's `airflow.sdk.bases.resumablejobmixin`, resolved to the objects of Tradewind."""

from airflow._forward import forward

__getattr__, __dir__ = forward(__name__, "ResumableJobMixin")
