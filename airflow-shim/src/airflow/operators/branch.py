"""Airflow's `airflow.operators.branch`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "BaseBranchOperator": "airflow.providers.standard.operators.branch:BaseBranchOperator",
    "BranchMixIn": "airflow.providers.standard.operators.branch:BranchMixIn",
}

__getattr__, __dir__ = forward(__name__, places=PLACES, instead="airflow.providers.standard.operators.branch")
