"""Airflow's `airflow.partition_mappers.wait_policy`, resolved to the objects of Tradewind."""

from airflow._forward import forward

__getattr__, __dir__ = forward(__name__, "WaitForAll MinimumCount")
