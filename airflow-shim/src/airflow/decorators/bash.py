"""Airflow's `airflow.decorators.bash`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "bash_task": "airflow.providers.standard.decorators.bash:bash_task",
}

__getattr__, __dir__ = forward(__name__, places=PLACES, instead="airflow.providers.standard.decorators.bash")
