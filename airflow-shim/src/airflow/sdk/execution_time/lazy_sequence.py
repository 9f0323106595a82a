"""Airflow's `airflow.sdk.execution_time.lazy_sequence`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "LazyXComSequence": "tradewind.sdk.task_instance:LazyXComSequence",
}

__getattr__, __dir__ = forward(__name__, places=PLACES)
