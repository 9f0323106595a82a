"""Airflow's `airflow.decorators.branch_virtualenv`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "branch_virtualenv_task": "airflow.providers.standard.decorators.branch_virtualenv:branch_virtualenv_task",
}

__getattr__, __dir__ = forward(
    __name__, places=PLACES, instead="airflow.providers.standard.decorators.branch_virtualenv"
)
