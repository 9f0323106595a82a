"""Airflow's serialized operators, which can only be named."""

from airflow.serialization.serialized_objects import SerializedBaseOperator

__all__ = ["SerializedBaseOperator"]
