"""Airflow's `airflow.operators.email`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "EmailOperator": "airflow.providers.smtp.operators.smtp:EmailOperator",
}

__getattr__, __dir__ = forward(__name__, places=PLACES, instead="airflow.providers.smtp.operators.smtp")
