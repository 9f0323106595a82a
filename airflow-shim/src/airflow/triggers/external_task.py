"""Airflow's `airflow.triggers.external_task`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "WorkflowTrigger": "airflow.providers.standard.triggers.external_task:WorkflowTrigger",
    "DagStateTrigger": "airflow.providers.standard.triggers.external_task:DagStateTrigger",
}

__getattr__, __dir__ = forward(__name__, places=PLACES, instead="airflow.providers.standard.triggers.external_task")
