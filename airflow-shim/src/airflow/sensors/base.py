"""Airflow's `airflow.sensors.base`, resolved to the objects of Tradewind."""

from airflow._forward import forward

PLACES = {
    "poke_mode_only": "airflow.sdk.bases.sensor:poke_mode_only",
}

__getattr__, __dir__ = forward(__name__, "BaseSensorOperator PokeReturnValue", places=PLACES, instead="airflow.sdk")
