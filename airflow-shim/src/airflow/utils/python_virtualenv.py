"""Airflow's `airflow.utils.python_virtualenv`, which is in the standard provider."""

from airflow._forward import forward

PLACES = {
    "prepare_virtualenv": "airflow.providers.standard.utils.python_virtualenv:prepare_virtualenv",
    "write_python_script": "airflow.providers.standard.utils.python_virtualenv:write_python_script",
}

__getattr__, __dir__ = forward(__name__, places=PLACES, instead="airflow.providers.standard.utils.python_virtualenv")
