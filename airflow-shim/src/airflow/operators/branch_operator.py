"""Airflow's `airflow.operators.branch_operator`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "BaseBranchOperator": "airflow.providers.standard.operators.branch:BaseBranchOperator",
}

__getattr__, __dir__ = forward(__name__, places=PLACES, instead="airflow.providers.standard.operators.branch")
