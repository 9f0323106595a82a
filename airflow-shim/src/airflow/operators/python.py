"""Airflow's `airflow.operators.python`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "PythonOperator": "airflow.providers.standard.operators.python:PythonOperator",
    "BranchPythonOperator": "airflow.providers.standard.operators.python:BranchPythonOperator",
    "ShortCircuitOperator": "airflow.providers.standard.operators.python:ShortCircuitOperator",
    "PythonVirtualenvOperator": "airflow.providers.standard.operators.python:PythonVirtualenvOperator",
    "ExternalPythonOperator": "airflow.providers.standard.operators.python:ExternalPythonOperator",
    "BranchPythonVirtualenvOperator": "airflow.providers.standard.operators.python:BranchPythonVirtualenvOperator",
    "BranchExternalPythonOperator": "airflow.providers.standard.operators.python:BranchExternalPythonOperator",
    "get_current_context": "tradewind.sdk.context:get_current_context",
}

__getattr__, __dir__ = forward(__name__, places=PLACES, instead="airflow.providers.standard.operators.python")
