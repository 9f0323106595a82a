"""Airflow's `airflow.sdk.definitions.baseoperator`, resolved to the objects of Tradewind."""

from airflow._forward import forward

__getattr__, __dir__ = forward(__name__, "BaseOperator chain chain_linear cross_downstream")
