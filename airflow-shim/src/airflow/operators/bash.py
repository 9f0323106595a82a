"""Airflow's `airflow.operators.bash`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "BashOperator": "airflow.providers.standard.operators.bash:BashOperator",
}

__getattr__, __dir__ = forward(__name__, places=PLACES, instead="airflow.providers.standard.operators.bash")
