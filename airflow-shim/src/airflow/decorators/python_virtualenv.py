"""Airflow's `airflow.decorators.python_virtualenv`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "virtualenv_task": "airflow.providers.standard.decorators.python_virtualenv:virtualenv_task",
}

__getattr__, __dir__ = forward(
    __name__, places=PLACES, instead="airflow.providers.standard.decorators.python_virtualenv"
)
