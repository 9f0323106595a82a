"""Airflow's `airflow.utils.decorators`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "apply_defaults": "airflow.sdk.bases.decorator:apply_defaults",
}

__getattr__, __dir__ = forward(__name__, places=PLACES, instead="nothing: BaseOperator does it")
