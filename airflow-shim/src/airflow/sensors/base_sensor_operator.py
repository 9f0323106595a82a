"""Airflow's `airflow.sensors.base_sensor_operator`, resolved to the objects of Tradewind."""

from airflow._forward import forward

__getattr__, __dir__ = forward(__name__, "BaseSensorOperator", instead="airflow.sdk")
