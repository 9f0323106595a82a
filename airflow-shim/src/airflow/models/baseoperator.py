"""Airflow's `airflow.models.baseoperator`, resolved to the objects of Tradewind."""

from airflow._forward import forward

__getattr__, __dir__ = forward(
    __name__, "BaseOperator BaseOperatorLink chain chain_linear cross_downstream", instead="airflow.sdk"
)
