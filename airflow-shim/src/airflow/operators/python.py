"""Airflow's `airflow.operators.python`, resolved to the objects of Tradewind."""

from importlib.util import find_spec
from shutil import which

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


def is_venv_installed() -> bool:
    """Whether environments can be made for tasks; DAG files of Airflow 2 ask before they declare such tasks."""
    return find_spec("venv") is not None or which("virtualenv") is not None or which("uv") is not None


__getattr__, __dir__ = forward(__name__, places=PLACES, instead="airflow.providers.standard.operators.python")
