"""Airflow's `airflow.operators.dagrun_operator`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "TriggerDagRunOperator": "airflow.providers.standard.operators.trigger_dagrun:TriggerDagRunOperator",
}

__getattr__, __dir__ = forward(__name__, places=PLACES, instead="airflow.providers.standard.operators.trigger_dagrun")
