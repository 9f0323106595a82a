"""Airflow's serialized DAGs, which can only be named."""

from airflow.serialization.serialized_objects import SerializedDAG

__all__ = ["SerializedDAG"]
